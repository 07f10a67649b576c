import { copyFile, open, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, test } from "vitest";
import { BootTest } from "../../provider/flow/prove/boot-test.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { sha256File } from "../../provider/store/verify.ts";
import { testContext } from "../context.ts";
import { bootMachine } from "./console.ts";
import { type Made, makeExample } from "./example.ts";
import { oneAtATime } from "./one-at-a-time.ts";

const MiB = 2 ** 20;
const check = { after: "Check the medium", press: ["down", "down", "ret"] };
let ctx: Awaited<ReturnType<typeof testContext>>;
let made: Made;
beforeAll(async () => {
  ctx = await testContext();
  ({ made } = await makeExample("live-iso", ctx.store));
});
afterAll(() => ctx?.dispose());

const pathOf = (name: string) => ctx.store.path(made[name]!.ref.kind, made[name]!.ref.digest);

async function boot(given: object) {
  const image = made.iso!.ref;
  const inputs = BootTest.inputs.parse({ image, timeoutSeconds: 1800, ...given });
  return BootTest.make!(BootTest.plan(inputs), ctx);
}

test.each([
  ["cdrom", "uefi"],
  ["disk", "bios"],
  ["disk", "uefi"],
])("the live system starts as %s by %s, to its login", async (media, firmware) => {
  const { seconds } = await boot({ media, firmware, expect: { serial: ["live login:"] } });
  console.log(`${media} by ${firmware}: ${seconds} s`);
});

test("the entry that checks the medium finds it good", async () => {
  const expected = { serial: ["Verification successfull"] };
  const { seconds } = await boot({ media: "cdrom", keys: [check], expect: expected });
  console.log(`checked after ${seconds} s`);
});

test("the entry that checks the medium finds one changed byte of the squashfs", async () => {
  const find = ["-find", "/live/filesystem.squashfs", "-exec", "report_lba", "--"];
  const { stdout } = await execa("xorriso", ["-indev", pathOf("iso"), ...find]);
  const [, sector, size] = /File data lba: +\d+ , +(\d+) , +\d+ , +(\d+) ,/.exec(stdout) ?? [];
  const image = await ctx.store.stage(async (folder): Promise<Ref> => {
    const file = join(folder, "damaged.iso");
    await copyFile(pathOf("iso"), file);
    const handle = await open(file, "r+");
    const at = Number(sector) * 2048 + Math.floor(Number(size) / 2);
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, at);
    await handle.write(Buffer.of(byte[0]! ^ 1), 0, 1, at);
    await handle.close();
    const digest = await sha256File(file, ctx.signal);
    await ctx.store.commit({ kind: "file", digest, file });
    return { kind: "file", digest, recipe: "" };
  });
  const given = { image, media: "cdrom", keys: [check] };
  await boot({ ...given, expect: { serial: ["Verification failed"] } });
});

test("the entry that installs puts the same system on an empty disk, which starts by itself", async () => {
  await oneAtATime(ctx.signal, () =>
    ctx.store.stage(async (folder) => {
      const target = join(folder, "target");
      await writeFile(target, "");
      await truncate(target, 3000 * MiB);
      const machine = { accelerator: "tcg", memoryMiB: 1024, cpus: 1, forwards: [] } as const;
      const drive = [
        ...["-drive", `id=target,file=${target},format=raw,if=none,cache=unsafe`],
        ...["-device", "virtio-blk-pci,drive=target,serial=TARGET"],
      ];
      const live = await bootMachine(
        ctx.runner,
        { ...machine, cdrom: pathOf("iso") },
        folder,
        drive,
      );
      try {
        await live.until("Install Debian");
        // As a terminal says that the key Down was pressed; the end of the line chooses what is there.
        live.type("\x1b[B");
        await live.until(/virtio-TARGET +3000 MiB/, 1200);
        await live.until("Which disk?");
        live.type("virtio-TARGET");
        await live.until("Type the name again");
        live.type("virtio-TARGET");
        await live.until("INSTALLED: virtio-TARGET is verified", 1200);
      } finally {
        await live.stop();
      }
      await execa("sfdisk", ["--verify", target]);
      const installed = await bootMachine(ctx.runner, machine, folder, drive);
      try {
        await installed.until("live login:", 1200);
        installed.type("root");
        await installed.until("# ");
        installed.type("findmnt -no SOURCE,FSTYPE /; df -m --output=size / | tail -n 1");
        await installed.until(/\/dev\/vda1 +ext4\s+2[6-9]\d\d/);
      } finally {
        await installed.stop();
      }
    }),
  );
});
