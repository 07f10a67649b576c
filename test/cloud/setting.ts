import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { testContext } from "../context.ts";
import { look, startAzurite } from "./azurite.ts";
import { as } from "./machine.ts";
import { type Fate, type Seen, startProxy } from "./proxy.ts";

// Importing this file gives a test file an emulator, and each of its tests a context and a container of its own.

/** The emulator of this file's tests. */
export let azurite: Awaited<ReturnType<typeof startAzurite>>;

/** The context of the resource `web`, with a store and a folder of this test. */
export let ctx: Awaited<ReturnType<typeof testContext>>;

/** Name of this test's container, which is not there yet. */
export let container: string;

/** What ends with this test, in this order. */
export let closing: (() => Promise<void>)[];

let containers = 0;

beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite?.stop());
beforeEach(async () => {
  const base = await testContext();
  ctx = { ...base, ...as(base, "web") };
  closing = [];
  container = `test-${containers++}`;
});
afterEach(async () => {
  for (const close of closing) await close();
  await ctx.dispose();
});

/** A proxy before the emulator, for this test. */
export async function proxy(fate: (seen: Seen) => Fate | Promise<Fate> = () => "pass") {
  const started = await startProxy(azurite.port, fate);
  closing.push(() => started.stop());
  return started;
}

/** A page blob of this test's container. */
export function blob(name: string) {
  return look(azurite.port, container).getPageBlobClient(name);
}
