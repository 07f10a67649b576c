import { afterEach, beforeEach, expect, test } from "vitest";
import { Kernel } from "../../../provider/flow/collect/kernel.ts";
import { testContext } from "../../context.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const source = { package: "linux-source-6.1" };
const make = (given: object) =>
  Kernel.make!(Kernel.plan(Kernel.inputs.parse({ source, preset: "tiny-serial", ...given })), ctx);

test("options that the distribution's kernel cannot have are refused before it is compiled, each with what it depends on", async () => {
  const options = [
    { name: "VIRTIO_BLK", value: "y" },
    { name: "SYSFS", value: "n" },
    { name: "DEFAULT_HOSTNAME", value: "tiny" },
  ];
  await expect(make({ options })).rejects.toMatchObject({
    problems: [
      {
        property: "options",
        reason: "SYSFS=n became y: it depends on EXPERT (EXPERT is n)",
      },
      {
        property: "options",
        reason:
          "VIRTIO_BLK=y became n: it depends on BLK_DEV (BLK_DEV is n) and on VIRTIO (VIRTIO is n)",
      },
    ],
  });
  expect(ctx.lines.filter((line) => line.startsWith("compiling"))).toEqual([]);
});

test("a package whose source has another checksum is refused, naming both", async () => {
  const sha256 = "0".repeat(64);
  await expect(make({ source: { ...source, sha256 } })).rejects.toMatchObject({
    problems: [
      {
        property: "source.sha256",
        reason: expect.stringMatching(
          new RegExp(
            `^the source in linux-source-6\\.1 of debian:12 has [0-9a-f]{64}, not ${sha256}$`,
          ),
        ),
      },
    ],
  });
});

test("a package that the distribution does not have is refused with what apt said", async () => {
  await expect(make({ source: { package: "linux-source-0.1" } })).rejects.toMatchObject({
    name: "ToolError",
    message: expect.stringContaining("Unable to locate package linux-source-0.1"),
  });
});
