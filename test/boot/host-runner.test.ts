import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BootTest } from "../../provider/flow/prove/boot-test.ts";
import { hostRunner } from "../../provider/host/host-runner.ts";
import { testContext } from "../context.ts";
import { commitDisk, sayingBootSector } from "./boot-sector.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

async function bootOnHost(inputs: object) {
  const image = await commitDisk(ctx.store, sayingBootSector("hello\r\n", { dirties: true }));
  const plan = BootTest.plan(BootTest.inputs.parse({ image, memoryMiB: 32, ...inputs }));
  const result = BootTest.make!(plan, { ...ctx, runner: hostRunner(ctx.store.root) });
  return { image, result };
}

/** Processes that name a file of the store. */
async function processes(): Promise<string> {
  return (await execa({ reject: false })`pgrep --full --list-full ${ctx.store.root}`).stdout;
}

test("with the host's own QEMU a disk boots as in the container, whether or not KVM works", async () => {
  const { image, result } = await bootOnHost({ expect: { serial: ["hello"] } });
  expect((await result).proof.imageDigest).toBe(image.digest);
  expect(await ctx.store.condition(image)).toBe("there");
  expect(await processes()).toBe("");
});

test("with the host's own QEMU a boot that fails leaves no process", async () => {
  const { result } = await bootOnHost({ timeoutSeconds: 3, expect: { serial: ["login:"] } });
  await expect(result).rejects.toThrow('No "login:" on the serial console within 3 s');
  expect(await processes()).toBe("");
  expect(await readdir(join(ctx.store.root, "running"))).toEqual([]);
});
