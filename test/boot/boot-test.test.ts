import { createHash } from "node:crypto";
import { copyFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConvertedImage } from "../../provider/flow/compose/converted-image.ts";
import { BootTest } from "../../provider/flow/prove/boot-test.ts";
import { ensure, stepKey } from "../../provider/lifecycle/ensure.ts";
import { digestOf } from "../../provider/plan/canonical.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import { containersOf } from "../tools/host/containers.ts";
import { commitDisk, sayingBootSector } from "./boot-sector.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const planOf = (image: Ref, inputs: Record<string, unknown>) =>
  BootTest.plan(BootTest.inputs.parse({ image, memoryMiB: 32, ...inputs }));
const bootTest = (image: Ref, inputs: Record<string, unknown>) =>
  BootTest.make!(planOf(image, inputs), ctx);
const sha256 = async (file: string) =>
  createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
test("a disk that says what was promised is proved, and its bytes and digest stay as they were", async () => {
  const image = await commitDisk(
    ctx.store,
    sayingBootSector("GRUB\r\n\x1b[1mhel\x1b[0mlo\r\n", { dirties: true }),
  );
  const path = ctx.store.path("disk", image.digest);
  const expectations = { serial: ["GRUB", "hello"], http: [], tcp: [] };
  const result = await bootTest(image, { expect: { serial: ["GRUB", "hello"] } });
  expect(result.proof).toEqual({ imageDigest: image.digest, expectations: digestOf(expectations) });
  expect(result.met.map((m) => m.expectation)).toEqual([
    '"GRUB" on the serial console',
    '"hello" on the serial console',
  ]);
  expect(result.seconds).toBeGreaterThan(0);
  expect(await readFile(join(ctx.store.root, result.logPath), "utf8")).toContain("\x1b[1mhel");
  expect(`sha256:${await sha256(path)}`).toBe(image.digest);
  expect(await ctx.store.condition(image)).toBe("there");
  expect(await containersOf(ctx.store.root)).toEqual([]);
});

test("a VHD proves the disk that it shows, and a qcow2 file boots like a raw disk", async () => {
  const image = await commitDisk(ctx.store, sayingBootSector("hello\r\n", { dirties: true }));
  for (const [format, proved] of [
    ["vhd", () => image.digest],
    ["qcow2", (ref: Ref) => ref.digest],
  ] as const) {
    const { ref } = await ConvertedImage.make!(ConvertedImage.plan({ image, format }), ctx);
    const { proof } = await bootTest(ref, { expect: { serial: ["hello"] } });
    expect(proof.imageDigest).toBe(proved(ref));
    expect(await ctx.store.condition(ref)).toBe("there");
  }
});

test.each([
  ["to lie over", (file: string) => ["-F", "raw", "-b", file]],
  ["for its data", (file: string) => ["-o", `data_file=${file},data_file_raw=on`]],
])("a qcow2 file that names another file %s is refused", async (_, naming) => {
  const image = await commitDisk(ctx.store, sayingBootSector("hello\r\n"));
  const ref = await ctx.store.stage(async (folder) => {
    const file = join(folder, "disk.qcow2");
    const other = join(folder, "other");
    await copyFile(ctx.store.path("disk", image.digest), other);
    await execa("qemu-img", ["create", "-f", "qcow2", ...naming(other), file, "1M"]);
    const digest = `sha256:${await sha256(file)}`;
    await ctx.store.commit({ kind: "file", digest, file });
    return { kind: "file" as const, digest, recipe: "" };
  });
  await expect(bootTest(ref, { expect: { serial: ["hello"] } })).rejects.toMatchObject({
    name: "ContentError",
    message: expect.stringContaining("needs another file"),
  });
});

test("what does not come in time is named, with the last lines and the log, and is not kept", async () => {
  const image = await commitDisk(ctx.store, sayingBootSector("GRUB\r\nerror: no disk\r\n"));
  const inputs = { timeoutSeconds: 5, expect: { serial: ["GRUB", "login:"] } };
  const plan = planOf(image, inputs);
  const step = { ...BootTest, make: BootTest.make! } as never;
  for (const _attempt of [1, 2])
    await expect(ensure(step, plan, ctx)).rejects.toMatchObject({
      name: "BootError",
      message: expect.stringMatching(
        /^No "login:" on the serial console within 5 s\n.*\nerror: no disk\n\(the whole console is in \S*\/logs\/boot-\w+\.log\)$/s,
      ),
    });
  expect(await ctx.store.result(await stepKey(step, plan, ctx))).toBeUndefined();
  expect(await containersOf(ctx.store.root)).toEqual([]);
  expect(ctx.lines.some((line) => /^\d+ s: error: no disk$/.test(line))).toBe(true);
});

test("a kernel panic ends the test at once", async () => {
  const text = "Linux\r\n[    1.0] Kernel panic - not syncing: VFS\r\n";
  const image = await commitDisk(ctx.store, sayingBootSector(text));
  await expect(bootTest(image, { expect: { serial: ["Linux", "login:"] } })).rejects.toThrow(
    'The kernel panicked before "login:" on the serial console\n[    1.0] Kernel panic - not syncing: VFS\n',
  );
});

test("a machine that switches itself off ends the test at once", async () => {
  const image = await commitDisk(ctx.store, sayingBootSector("bye\r\n", { resets: true }));
  await expect(bootTest(image, { expect: { serial: ["login:"] } })).rejects.toThrow(
    'The machine stopped with exit code 0 before "login:" on the serial console\nThe serial console ended with:\nbye\n',
  );
});

test("aborted, a boot test ends at once and leaves nothing", async () => {
  const image = await commitDisk(ctx.store, sayingBootSector("hello\r\n"));
  const stop = new AbortController();
  const progress = (text: string) => {
    if (text.includes("hello")) stop.abort(new Error("stopped by the test"));
  };
  const plan = planOf(image, { expect: { serial: ["login:"] } });
  const world = { ...ctx, log: { ...ctx.log, progress }, signal: stop.signal };
  await expect(BootTest.make!(plan, world)).rejects.toThrow("stopped by the test");
  expect(await containersOf(ctx.store.root)).toEqual([]);
  expect(await readdir(join(ctx.store.root, "stages"))).toEqual([]);
});

test("two boot tests at once run one after the other, and each has its own time", async () => {
  const image = await commitDisk(ctx.store, sayingBootSector("hello\r\n"));
  const ends: number[] = [];
  const one = async (text: string) => {
    const running = bootTest(image, { timeoutSeconds: 4, expect: { serial: [text] } });
    await expect(running).rejects.toThrow(`No "${text}" on the serial console within 4 s`);
    ends.push(performance.now());
  };
  await Promise.all([one("first"), one("second")]);
  expect(ends[1]! - ends[0]!).toBeGreaterThanOrEqual(4000);
});
