import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { IsoImage } from "../../provider/flow/compose/iso-image.ts";
import { BootTest } from "../../provider/flow/prove/boot-test.ts";
import { digestOf } from "../../provider/plan/canonical.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import { sayingInitramfs } from "./saying-init.ts";
import { tinyKernel } from "./tiny-kernel.ts";

/** GRUB and its menu are the same by both; UEFI takes longer to come that far. */
const firmwares = process.env.BOOTWRIGHT_TEST_ALL ? ["bios", "uefi"] : ["bios"];

let ctx: Awaited<ReturnType<typeof testContext>>;
let image: Ref;
beforeAll(async () => {
  ctx = await testContext();
  const kernel = await tinyKernel(ctx);
  const digest = await ctx.store.putBytes(sayingInitramfs("\nHello from a medium\n"));
  const initrd: Ref = { kind: "file", digest, recipe: "" };
  const inputs = IsoImage.inputs.parse({
    ...{ seed: "demo", kernel: kernel.ref, initrd, timeoutSeconds: 600, consoles: ["ttyS0"] },
    entries: [
      { title: "Stops at once", commandLine: "panic=-1 rdinit=/nothing" },
      {
        title: "More",
        submenu: [
          { title: "Test the memory", memtest: true },
          { title: "Says hello", commandLine: "chosen=by-keys" },
        ],
      },
    ],
  });
  image = (await IsoImage.make!(IsoImage.plan(inputs), ctx)).ref;
});
afterAll(() => ctx?.dispose());

async function boot(given: object) {
  const inputs = BootTest.inputs.parse({
    ...{ image, media: "cdrom", memoryMiB: 256, timeoutSeconds: 600, ...given },
  });
  return BootTest.make!(BootTest.plan(inputs), ctx);
}

/** How many different bytes the picture's rows hold: a blank screen has one or two. */
async function shades(path: string): Promise<number> {
  expect((await execa("file", ["-b", path])).stdout).toMatch(/^PNG image data, \d{3,4} x \d{3,4}/);
  const png = await readFile(path);
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  return new Set(inflateSync(Buffer.concat(parts))).size;
}

const intoSubmenu = { after: "Stops at once", press: ["down", "ret"] };

test.each(firmwares)("by %s, keys lead through a submenu to an entry", async (firmware) => {
  const keys = [intoSubmenu, { after: "Says hello", press: ["down", "ret"] }];
  const expected = { serial: ["chosen=by-keys", "Hello from a medium"] };
  const made = await boot({ firmware, keys, expect: expected });
  expect(made.met.map(({ expectation }) => expectation)).toEqual([
    '"Stops at once" on the serial console',
    '"Says hello" on the serial console',
    '"chosen=by-keys" on the serial console',
    '"Hello from a medium" on the serial console',
  ]);
  expect(made.screenshotPath).toBeUndefined();
  expect(made.proof.expectations).not.toBe(digestOf({ ...expected, http: [], tcp: [] }));
});

test.each(firmwares)(
  "by %s, Memtest86+ reaches its screen, which is kept beside the log",
  async (firmware) => {
    const keys = [intoSubmenu, { after: "Test the memory", press: ["ret"] }];
    const made = await boot({
      firmware,
      keys,
      screenshot: true,
      expect: { serial: ["Memtest86+"] },
    });
    expect(made.screenshotPath).toBe(made.logPath.replace(/log$/, "png"));
    expect(await shades(join(ctx.store.root, made.screenshotPath!))).toBeGreaterThan(2);
  },
);

test("a machine that fails leaves a picture of its screen", async () => {
  const keys = [{ after: "Stops at once", press: ["up", "c"] }];
  const given = { keys, screenshot: true, timeoutSeconds: 30, expect: { serial: ["nothing"] } };
  await expect(boot(given)).rejects.toThrow('No "nothing" on the serial console within 30 s');
  const kept = ctx.lines.find((line) => line.startsWith("The screen at the end is in "));
  expect(await shades(kept!.slice("The screen at the end is in ".length))).toBeGreaterThan(2);
});
