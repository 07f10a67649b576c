import { afterAll, beforeAll, expect, test } from "vitest";
import { Bootloader } from "../../provider/flow/compose/bootloader.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { sayingEfiApplication } from "../boot/efi-application.ts";
import { testContext } from "../context.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeAll(async () => {
  ctx = await testContext();
});
afterAll(() => ctx.dispose());

async function file(bytes: Uint8Array): Promise<{ ref: Ref }> {
  return { ref: { kind: "file", digest: await ctx.store.putBytes(bytes), recipe: "" } };
}

async function stub(kernel: { ref: Ref }, more: object = {}) {
  const given = { type: "efi-stub", partition: "esp", kernel, ...more };
  return (await Bootloader.make?.(Bootloader.plan(Bootloader.inputs.parse(given)), ctx))!;
}

const program = sayingEfiApplication("x");

test.each<[string, Buffer, string]>([
  ["is no program", Buffer.from("a kernel"), "it is no EFI program"],
  [
    "is a program of DOS",
    Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200)]),
    "it is no EFI program",
  ],
  ["ends before its header", program.subarray(0, 0x50), "it is no EFI program"],
  [
    "is for another machine",
    patched(0x44, 0xaa64),
    "it is for machine 0xaa64, not x86-64 (0x8664)",
  ],
  [
    "is for Windows",
    patched(0x40 + 24 + 68, 3),
    "it is of subsystem 3, not an EFI application (10)",
  ],
])("a kernel that %s is refused", async (_what, bytes, reason) => {
  await expect(stub(await file(bytes))).rejects.toThrow(
    `The kernel cannot be started by UEFI: ${reason}\n(build it with EFI and EFI_STUB)`,
  );
});

test("an initrd goes only with a kernel that names it", async () => {
  const kernel = await file(program);
  const initrd = await file(Buffer.from("an initrd"));
  const named = Buffer.from("console=ttyS0 initrd=\\initrd.img", "utf16le");
  const naming = await file(Buffer.concat([program, named]));
  await expect(stub(kernel, { initrd })).rejects.toThrow("The kernel would not load its initrd");
  const files = async (given: { ref: Ref }, more = {}) =>
    (await stub(given, more)).installs.flatMap((i) => i.files.map(({ path }) => path));
  expect(await files(kernel)).toEqual(["/EFI/BOOT/BOOTX64.EFI"]);
  expect(await files(naming, { initrd })).toEqual(["/EFI/BOOT/BOOTX64.EFI", "/initrd.img"]);
});

function patched(at: number, value: number): Buffer {
  const bytes = Buffer.from(program);
  bytes.writeUInt16LE(value, at);
  return bytes;
}
