import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bootloader } from "../../provider/flow/compose/bootloader.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";

const kernel = { ref: { kind: "file" as const, digest: `sha256:${"a".repeat(64)}`, recipe: "" } };
let ctx: Awaited<ReturnType<typeof testContext>>;
beforeAll(async () => {
  ctx = await testContext();
});
afterAll(() => ctx.dispose());

async function make(more: object = {}) {
  const rootUuid = "3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10";
  const plan = Bootloader.plan(Bootloader.inputs.parse({ rootUuid, kernel, ...more }));
  const made = await Bootloader.make?.(plan, ctx);
  const [install] = made?.installs ?? [];
  if (!made || !install) throw new Error("Bootloader made nothing");
  return { made, install };
}

const read = (ref: Ref | undefined) => readFile(ctx.store.path("file", ref?.digest ?? ""));

describe("Bootloader", () => {
  test("makes the same objects twice, in different folders at different times", async () => {
    const other = await testContext();
    const { made } = await make();
    const plan = Bootloader.plan(
      Bootloader.inputs.parse({ rootUuid: "3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10", kernel }),
    );
    expect(await Bootloader.make?.(plan, other)).toEqual(made);
    await other.dispose();
  });

  test("places what extlinux needs in /boot, and the kernel that is not in the tree", async () => {
    const { install } = await make();
    expect(install.files.map(({ path, mode }) => [path, mode.toString(8)])).toEqual([
      ["/boot/ldlinux.sys", "444"],
      ["/boot/ldlinux.c32", "644"],
      ["/boot/syslinux.cfg", "644"],
      ["/boot/vmlinuz", "644"],
    ]);
    expect(install.files.at(-1)?.content).toEqual(kernel.ref);
  });

  test("places the menu's modules only with a menu", async () => {
    const { install } = await make({ menuTitle: "Debian", timeoutSeconds: 3 });
    expect(install.files.map((f) => f.path)).toEqual(
      expect.arrayContaining(["/boot/menu.c32", "/boot/libcom32.c32", "/boot/libutil.c32"]),
    );
  });

  test("takes boot code of 440 bytes, another one for GPT", async () => {
    const [mbr, gpt] = [await make(), await make({ table: "gpt" })];
    const codes = [await read(mbr.made.blobs[0]?.content), await read(gpt.made.blobs[0]?.content)];
    expect(codes.map((code) => code.length)).toEqual([440, 440]);
    expect(codes[0]?.equals(codes[1] ?? Buffer.alloc(0))).toBe(false);
  });

  test("commits SYSLINUX's own files and boot sector", async () => {
    const { install } = await make();
    const [sys, module] = [
      await read(install.files[0]?.content),
      await read(install.files[1]?.content),
    ];
    const sector = await read(install.bootSector);
    expect(sys.subarray(0, 10).toString("latin1")).toBe("\r\nSYSLINUX");
    expect(module.subarray(0, 5).toString("latin1")).toBe("\u007fELF\u0001");
    expect(sector.subarray(3, 11).toString("latin1")).toBe("SYSLINUX");
    expect(sector.readUInt16LE(510)).toBe(0xaa55);
  });
});
