import { afterAll, beforeAll, expect, test } from "vitest";
import { Initramfs } from "../../provider/flow/collect/initramfs.ts";
import { Rootfs } from "../../provider/flow/collect/rootfs.ts";
import { findStep } from "../../provider/flow/index.ts";
import { BootTest } from "../../provider/flow/prove/boot-test.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import { type TinyKernel, tinyKernel } from "./tiny-kernel.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
let kernel: TinyKernel;
let initrd: Ref;
beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  kernel = await tinyKernel(ctx);
  const busybox = await checkInputs(Rootfs as never, { source: { image: "busybox" } }, ctx);
  const rootfs = await put(Rootfs as never, busybox.inputs, ctx);
  const given = { tree: rootfs.ref, init: { run: "shell" } };
  ({ ref: initrd } = await Initramfs.make!(Initramfs.plan(Initramfs.inputs.parse(given)), ctx));
});
afterAll(() => ctx?.dispose());

test("the preset tiny-serial boots a busybox in memory to its welcome on the serial port", async () => {
  const booted = await BootTest.make!(
    BootTest.plan(
      BootTest.inputs.parse({
        ...{ kernel: kernel.ref, initrd, memoryMiB: 128 },
        expect: {
          serial: [`Linux version ${kernel.version} (bootwright@bootwright)`, "Boot took"],
        },
      }),
    ),
    ctx,
  );
  expect(booted.met.map(({ expectation }) => expectation)).toHaveLength(2);
});

test("it is about as small as the kernel of 1.2 MB that the same options made in 2019", () => {
  expect(kernel.sizeBytes).toBeGreaterThan(1_000_000);
  expect(kernel.sizeBytes).toBeLessThan(2_000_000);
});
