import { defineConfig } from "vitest/config";

// unit: pure, no tools. tools: real tools and the Docker engine. engine: through `pulumi up`. boot: QEMU.
const slow = { testTimeout: 1_800_000, hookTimeout: 1_800_000, fileParallelism: false };

/** Only in `npm run test:all`: minutes of a full Debian, or of a compiler, for what seldom changes. The README says why, file by file. */
const seldom = process.env.BOOTWRIGHT_TEST_ALL
  ? []
  : [
      "test/boot/boot-paths.test.ts",
      "test/boot/cloud-hybrid.test.ts",
      "test/boot/debian-server-life.test.ts",
      "test/boot/efi-stub-kernel.test.ts",
      "test/boot/image-service.test.ts",
      "test/boot/initramfs-consoles.test.ts",
      "test/boot/installer.test.ts",
      "test/boot/live-iso-media.test.ts",
      "test/boot/recovery.test.ts",
      "test/boot/secure-boot.test.ts",
      "test/promises/ci.test.ts",
      "test/promises/placement.test.ts",
      "test/promises/plugin-interrupt-instants.test.ts",
      "test/promises/plugin-languages.test.ts",
      "test/promises/plugin-operations.test.ts",
      "test/promises/plugin-yaml.test.ts",
      "test/tools/kernel/base-config.test.ts",
      "test/tools/kernel/bit-identical.test.ts",
    ];

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 60_000 } },
      { test: { name: "tools", include: ["test/tools/**/*.test.ts"], exclude: seldom, ...slow } },
      { test: { name: "cloud", include: ["test/cloud/**/*.test.ts"], ...slow } },
      { test: { name: "boot", include: ["test/boot/**/*.test.ts"], exclude: seldom, ...slow } },
      {
        test: {
          name: "promises",
          include: ["test/promises/**/*.test.ts"],
          exclude: seldom,
          ...slow,
        },
      },
    ],
  },
});
