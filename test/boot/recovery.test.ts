import { mkdir, open, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testContext } from "../context.ts";
import type { Run } from "../promises/project.ts";
import { bootMachine, type Console } from "./console.ts";
import { bootTook, type Made, makeExample } from "./example.ts";
import { oneAtATime } from "./one-at-a-time.ts";

const MiB = 1024 * 1024;
let ctx: Awaited<ReturnType<typeof testContext>>;
let made: Made;
let run: Run;
beforeAll(async () => {
  ctx = await testContext();
  ({ made, run } = await makeExample("recovery", ctx.store));
});
afterAll(() => ctx?.dispose());

test("pulumi up starts it from its disk, to its shell", async () => {
  expect(run.operations.boots).toBe("create");
  expect(run.messages.join("\n"), "nothing was there to be made again").not.toContain("again");
  const { path, initramfsBytes, unpackedBytes, bootedInSeconds } = run.outputs;
  const kernel = await stat(pathOf("kernel"));
  const disk = await stat(path as string);
  console.log(
    `kernel ${kernel.size} bytes, initramfs ${initramfsBytes} (${unpackedBytes} in memory), disk ${disk.size}`,
    `of which ${disk.blocks * 512} take room; ${await bootTook(ctx.store, made.boots)}; its shell after ${bootedInSeconds} s`,
  );
  expect(bootedInSeconds).toBeGreaterThan(0);
  expect(initramfsBytes).toBe((await stat(pathOf("initramfs"))).size);
  // With the archive beside it while it is unpacked, half a gigabyte of memory is enough.
  expect(unpackedBytes).toBeLessThan(350 * MiB);
});

const pathOf = (name: string) => ctx.store.path("file", made[name]!.ref.digest);

/** A disk with one partition and a file in its ext4, whose partition table is gone. */
async function damagedDisk(folder: string): Promise<{ disk: string; table: unknown }> {
  const disk = join(folder, "disk");
  const contents = join(folder, "contents");
  const filesystem = join(folder, "filesystem");
  await mkdir(contents);
  await writeFile(join(contents, "letter"), "what must not be lost\n");
  await writeFile(disk, "");
  await truncate(disk, 64 * MiB);
  await execa("sfdisk", ["--quiet", disk], { input: "label: dos\nstart=2048, type=83\n" });
  const table = await tableOf(disk);
  await writeFile(filesystem, "");
  await truncate(filesystem, 63 * MiB);
  await execa("mke2fs", ["-q", "-F", "-t", "ext4", "-d", contents, filesystem]);
  await execa("dd", [`if=${filesystem}`, `of=${disk}`, "bs=1M", "seek=1", "conv=notrunc"]);
  const handle = await open(disk, "r+");
  await handle.write(Buffer.alloc(512), 0, 512, 0);
  await handle.close();
  return { disk, table };
}

/** Partitions as sfdisk sees them. */
async function tableOf(disk: string): Promise<unknown> {
  const { stdout } = await execa("sfdisk", ["--json", disk]);
  const { partitions } = JSON.parse(stdout).partitiontable;
  return partitions.map(({ start, size, type }: Record<string, unknown>) => ({
    start,
    size,
    type,
  }));
}

test("a damaged partition table is found again by testdisk in the booted machine, and with it the files", async () => {
  await oneAtATime(ctx.signal, () =>
    ctx.store.stage(async (folder) => {
      const { disk, table } = await damagedDisk(folder);
      await expect(tableOf(disk)).rejects.toThrow("does not contain a recognized partition table");
      const machine = {
        ...({ accelerator: "tcg", memoryMiB: 512, cpus: 1, forwards: [] } as const),
        kernel: {
          path: pathOf("kernel"),
          initrd: pathOf("initramfs"),
          commandLine: "console=ttyS0 quiet",
        },
      };
      const drive = ["-drive", `file=${disk},format=raw,if=virtio`];
      const screen = await bootMachine(ctx.runner, machine, folder, drive);
      try {
        await repair(screen);
        expect(await screen.ended()).toBe(0);
      } finally {
        await screen.stop();
      }
      expect(await tableOf(disk)).toEqual(table);
      const { stdout } = await execa("debugfs", ["-R", "cat /letter", `${disk}?offset=${MiB}`]);
      expect(stdout).toBe("what must not be lost");
    }),
  );
});

/** Each tool that the README names, started: testdisk and parted are used below. */
const promised = [
  ...["photorec /version", "fdisk --version", "sfdisk --version", "echo | gdisk"],
  ...["fsck.ext4 -V 2>&1", "fsck.fat --help", "mkfs.fat --help", "grub-install --version"],
];

/** What somebody would type at the machine's shell. */
async function repair(screen: Console): Promise<void> {
  const shell = async (command: string, answer: RegExp) => {
    screen.type(command);
    await screen.until(answer);
  };
  await screen.until("Recovery: testdisk");
  await screen.until(/# $/);
  for (const tool of promised) await shell(`${tool} >/dev/null; echo status=$?`, /status=0/);
  await shell("parted --script /dev/vda print; echo status=$?", /status=1/);
  await shell(
    "TERM=dumb testdisk /cmd /dev/vda partition_i386,analyze,noconfirm,write </dev/null >/tmp/testdisk; echo status=$?",
    /status=0/,
  );
  // The kernel reads the new table, and the file is there before anything is switched off.
  await shell(
    "partx --update /dev/vda; mount /dev/vda1 /mnt && cat /mnt/letter",
    /what must not be lost/,
  );
  await shell("umount /mnt && echo unmounted=yes", /unmounted=yes/);
  screen.type("sync; kill -USR2 1");
}
