import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BootTest } from "../../provider/flow/prove/boot-test.ts";
import { dockerClient } from "../../provider/host/docker.ts";
import { digestOf } from "../../provider/plan/canonical.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import { commitDisk, sayingBootSector } from "./boot-sector.ts";

const run = promisify(execFile);
let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const planOf = (image: Ref, inputs: Record<string, unknown>) =>
  BootTest.plan(BootTest.inputs.parse({ image, memoryMiB: 32, ...inputs }));
const bootTest = (image: Ref, inputs: Record<string, unknown>, signal = ctx.signal) =>
  BootTest.make!(planOf(image, inputs), { ...ctx, signal });
const sha256 = async (file: string) =>
  createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
/** Containers of any step of this store, running or not. */
async function containers(): Promise<string[]> {
  const store = createHash("sha256").update(ctx.store.root).digest("hex").slice(0, 12);
  const filter = `label=org.bootwright.step=${store}`;
  const { stdout } = await run(dockerClient(), ["ps", "--all", "--quiet", "--filter", filter]);
  return stdout.split("\n").filter(Boolean);
}

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
  expect(await containers()).toEqual([]);
});
