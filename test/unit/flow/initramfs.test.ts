import { expect, test } from "vitest";
import { Initramfs } from "../../../provider/flow/collect/initramfs.ts";

const file = (digit: string) => ({
  kind: "file" as const,
  digest: `sha256:${digit.repeat(64)}`,
  recipe: "made",
});
const bare = { version: "6.12.1", path: "/boot/vmlinuz-6.12.1", image: file("a") };
const whole = {
  version: "6.1.0",
  path: "/boot/vmlinuz-6.1.0",
  image: file("b"),
  initrdPath: "/boot/initrd.img-6.1.0",
  initrd: file("c"),
};
const parse = (given: object) => Initramfs.inputs.parse(given);

test("Initramfs is the initrd beside the chosen kernel", () => {
  const plan = Initramfs.plan(parse({ kernels: [bare, whole], version: "6.1.0" }));
  expect(plan).toEqual({
    found: { ref: file("c"), version: "6.1.0", path: "/boot/initrd.img-6.1.0" },
  });
});

test("Initramfs refuses a kernel without an initrd, naming what makes one", () => {
  expect(Initramfs.rules?.(parse({ kernels: [bare, whole] }))).toEqual([
    {
      property: "kernels",
      reason:
        "the image has no initrd beside /boot/vmlinuz-6.12.1 (install what makes one before the kernel: initramfs-tools in Debian and Ubuntu, mkinitfs in Alpine)",
    },
  ]);
});

test("Initramfs refuses an image without a kernel", () => {
  expect(Initramfs.rules?.(parse({ kernels: [] }))?.[0]?.reason).toMatch(
    /^the image has no kernel/,
  );
});
