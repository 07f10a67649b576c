import { afterAll, beforeAll, expect, test } from "vitest";
import { findResource, findStep } from "../../provider/flow/index.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import { makeExample } from "./example.ts";
import { sayingInitramfs } from "./saying-init.ts";
import { tinyKernel } from "./tiny-kernel.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
let image: unknown;

/** Checks and makes a resource, as both faces do. */
async function make(name: string, given: object): Promise<Record<string, unknown>> {
  const resource = findResource(name)!;
  const checked = await checkInputs(resource, { ...given }, ctx);
  if (checked.problems.length > 0) throw new Error(JSON.stringify(checked.problems));
  return put(resource, checked.inputs, ctx);
}

beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  const kernel = await tinyKernel(ctx);
  const digest = await ctx.store.putBytes(sayingInitramfs("\nHello from a medium\n"));
  const initrd: Ref = { kind: "file", digest, recipe: "" };
  const iso = await make("IsoImage", {
    ...{ seed: "demo", kernel: kernel.ref, initrd, timeoutSeconds: 1 },
    entries: [
      { title: "Not this one", commandLine: "panic=1 init=/nothing rdinit=/nothing" },
      { title: 'It\'s "this" $one', commandLine: "quiet said=$x;{y}" },
    ],
    defaultEntry: 1,
  });
  image = iso.ref;
});
afterAll(() => ctx?.dispose());

test.each([
  ["cdrom", "bios"],
  ["cdrom", "uefi"],
  ["disk", "bios"],
  ["disk", "uefi"],
  ["usb", "bios"],
  ["usb", "uefi"],
])("an ISO starts as %s by %s, from the entry that is the default", async (media, firmware) => {
  const proof = await make("BootTest", {
    ...{ image, media, firmware, memoryMiB: 256, timeoutSeconds: 300 },
    expect: { serial: ['It\'s "this" $one', "Hello from a medium"] },
  });
  expect(proof.seconds).toBeGreaterThan(0);
});

test("pulumi up on the example tiny-iso starts a busybox every way, to its prompt", async () => {
  await tinyKernel(ctx);
  const { made } = await makeExample("tiny-iso", ctx.store);
  const proofs = Object.entries(made).filter(([name]) => name.startsWith("boots-as-"));
  expect(proofs).toHaveLength(6);
  for (const [, { met }] of proofs) expect(met).toHaveLength(3);
  console.log(`an ISO of ${made.iso?.sizeBytes} bytes, at its shell after`);
  console.log(proofs.map(([name, { seconds }]) => `${name}: ${seconds} s`).join("\n"));
});
