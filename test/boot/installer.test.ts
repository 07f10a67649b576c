import { readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Layout } from "../../provider/plan/layout.ts";
import { testContext } from "../context.ts";
import type { Run } from "../promises/project.ts";
import { bootMachine, type Console } from "./console.ts";
import { bootTook, type Made, makeExample } from "./example.ts";
import { oneAtATime } from "./one-at-a-time.ts";

const MiB = 1024 * 1024;
const targetMiB = 300;
let ctx: Awaited<ReturnType<typeof testContext>>;
let made: Made;
let run: Run;
beforeAll(async () => {
  ctx = await testContext();
  ({ made, run } = await makeExample("installer", ctx.store));
});
afterAll(() => ctx?.dispose());

const pathOf = (name: string) => ctx.store.path(made[name]!.ref.kind, made[name]!.ref.digest);

interface Disk {
  readonly file: string;
  /** What a virtual disk is known by. */
  readonly serial: string;
  readonly readOnly?: boolean;
}

/** Disks of a machine, the one that a BIOS starts first. */
const drives = (disks: readonly Disk[]) =>
  disks.flatMap(({ file, serial, readOnly }, index) => [
    "-drive",
    `id=disk${index},file=${file},format=raw,if=none,cache=unsafe${readOnly ? ",readonly=on" : ""}`,
    "-device",
    `virtio-blk-pci,drive=disk${index},serial=${serial},bootindex=${index + 1}`,
  ]);

const medium = (): Disk => ({ file: pathOf("installer-disk"), serial: "MEDIUM", readOnly: true });

/** Makes empty disks in a folder that machines may write to, and keeps other machines away. */
function withDisks(
  sizes: Readonly<Record<string, number>>,
  use: (disks: Record<string, Disk>, folder: string) => Promise<void>,
): Promise<void> {
  return oneAtATime(ctx.signal, () =>
    ctx.store.stage(async (folder) => {
      const disks: Record<string, Disk> = {};
      for (const [serial, sizeMiB] of Object.entries(sizes)) {
        const file = join(folder, serial);
        await writeFile(file, "");
        await truncate(file, sizeMiB * MiB);
        disks[serial] = { file, serial };
      }
      await use(disks, folder);
    }),
  );
}

/** Boots a machine from its first disk, or from the installer's kernel with these arguments. */
async function boot(
  folder: string,
  disks: readonly Disk[],
  use: (console: Console) => Promise<void>,
  commandLine?: string,
): Promise<void> {
  const kernel = commandLine !== undefined && {
    kernel: { path: pathOf("kernel"), initrd: pathOf("initramfs"), commandLine },
  };
  const machine = { accelerator: "tcg", memoryMiB: 384, cpus: 1, forwards: [] } as const;
  const running = await bootMachine(ctx.runner, { ...machine, ...kernel }, folder, drives(disks));
  try {
    await use(running);
  } finally {
    await running.stop();
  }
}

/** The command line of the medium, and what a test adds to it. */
function commandLine(more: string, sha256 = made.image!.rawSha256): string {
  const { partitions } = made.layout!.layout as Layout;
  return [
    "console=ttyS0 quiet",
    `bootwright.medium=${partitions[0]!.uuid}`,
    `bootwright.bytes=${made.image!.virtualSizeBytes}`,
    `bootwright.sha256=${sha256}`,
    more,
  ].join(" ");
}

/** What makes it unattended. */
const unattendedOn = (id: string, sha256?: unknown) =>
  commandLine(`bootwright.install=${id}`, sha256 ?? made.image!.rawSha256);

test("pulumi up starts the medium until it asks for a disk, and it does not offer its own", async () => {
  expect(run.operations.boots).toBe("create");
  const { medium, initramfsBytes, unpackedBytes, imageBytes, bootedInSeconds } = run.outputs;
  const kernel = await stat(pathOf("kernel"));
  const disk = await stat(medium as string);
  console.log(
    `kernel ${kernel.size} bytes, initramfs ${initramfsBytes} (${unpackedBytes} in memory), machine ${imageBytes}, disk ${disk.size}`,
    `of which ${disk.blocks * 512} take room; ${await bootTook(ctx.store, made.boots)}; asks after ${bootedInSeconds} s`,
  );
  expect(bootedInSeconds).toBeGreaterThan(0);
  expect(initramfsBytes).toBe((await stat(pathOf("initramfs"))).size);
  expect(imageBytes).toBe((await stat(pathOf("image"))).size);
});

test("the medium lists disks by what they are, refuses those that must not be written to, and a power cut leaves a disk that says so", async () => {
  await withDisks(
    { TARGET: targetMiB, SMALL: 50, TWIN: 50, LOCKED: 200 },
    async (disks, folder) => {
      const { TARGET, SMALL, TWIN, LOCKED } = disks;
      const twin = { ...TWIN!, serial: "SMALL" };
      const all = [medium(), TARGET!, SMALL!, twin, { ...LOCKED!, readOnly: true }];
      await boot(folder, all, async (screen) => {
        const list = await screen.until("Which disk?");
        const lineOf = (serial: string) =>
          list.split("\n").filter((line) => line.includes(`virtio-${serial} `));
        expect(lineOf("TARGET")).toEqual([
          expect.stringMatching(/^ {2}virtio-TARGET {2}300 MiB .*\(\/dev\/vdb\)$/),
        ]);
        expect(lineOf("MEDIUM")[0]).toMatch(/cannot be chosen, it holds the installer$/);
        expect(lineOf("SMALL")[0]).toMatch(
          /50 MiB .*cannot be chosen, it is smaller than the image/,
        );
        expect(lineOf("LOCKED")[0]).toMatch(/cannot be chosen, it is read-only$/);

        for (const [answer, said] of [
          ["virtio-MEDIUM", "virtio-MEDIUM cannot be chosen: it holds the installer"],
          ["virtio-LOCKED", "virtio-LOCKED cannot be chosen: it is read-only"],
          ["virtio-SMALL", "these disks have the same name, so none is chosen"],
          ["vdb; reboot", "no disk is called vdb; reboot"],
        ] as const) {
          screen.type(answer);
          await screen.until(`NOT INSTALLED: ${said}`);
          await screen.until("Which disk?");
        }
        screen.type("virtio-TARGET");
        await screen.until(/Everything on virtio-TARGET .* will be lost/);
        screen.type("yes");
        await screen.until("NOT INSTALLED: that was another name");
        await screen.until("Which disk?");
        expect((await stat(TARGET!.file)).blocks, "nothing is written").toBe(0);

        screen.type("virtio-TARGET");
        await screen.until("Type the name again");
        screen.type("virtio-TARGET");
        await screen.until(/Writing: \d+ of \d+ MiB/);
      });
      await boot(folder, [TARGET!], async (screen) => {
        await screen.until("This disk holds no machine: its installation was not finished.");
      });
    },
  );
});

test("told which disk, it installs without asking; the disk starts, keeps what it is told, and its last partition has all of it", async () => {
  await withDisks({ TARGET: targetMiB, OTHER: targetMiB }, async (disks, folder) => {
    const { TARGET, OTHER } = disks;
    await boot(
      folder,
      [TARGET!, OTHER!, medium()],
      async (screen) => {
        await screen.until("Verifying:");
        await screen.until("INSTALLED: virtio-TARGET is verified");
        expect(await screen.ended()).toBe(0);
      },
      unattendedOn("virtio-TARGET"),
    );
    expect((await stat(OTHER!.file)).blocks, "nothing is written").toBe(0);
    const verified = await execa("sfdisk", ["--verify", TARGET!.file]);
    expect(verified.stdout).toContain("No errors detected.");
    const { stdout } = await execa("sfdisk", ["--json", TARGET!.file]);
    const { partitiontable } = JSON.parse(stdout);
    const { partitions } = made["machine-layout"]!.layout as Layout;
    expect(partitiontable.partitions.map((found: { uuid: string }) => found.uuid)).toEqual(
      partitions.map(({ partUuid }) => partUuid.toUpperCase()),
    );
    const data = partitiontable.partitions[1];
    expect(data.start).toBe(partitions[1]!.startSector);
    // A GPT ends with 33 sectors of its own; partitions end at whole MiB.
    expect(data.start + data.size).toBeGreaterThan((targetMiB - 1) * 2048 - 34);
    await execa("e2fsck", ["-fn", `${TARGET!.file}?offset=${data.start * 512}`]);

    await boot(folder, [TARGET!], async (screen) => {
      await screen.until("The machine has started 1 times from its disk.");
      await screen.until(/data has (19|2[0-9])\d MiB/);
    });
  });
});

test("when what the disk gives back is not the image, it says so and leaves a disk that does", async () => {
  await withDisks({ TARGET: targetMiB }, async ({ TARGET }, folder) => {
    await boot(
      folder,
      [TARGET!, medium()],
      async (screen) => {
        await screen.until("NOT INSTALLED: what /dev/vda gives back is not the image");
        // Once is enough: after that somebody is asked.
        await screen.until("Which disk?");
      },
      unattendedOn("virtio-TARGET", "0".repeat(64)),
    );
    const start = (await readFile(TARGET!.file)).subarray(0, 512);
    expect(start.toString("latin1")).toContain("This disk holds no machine");
    const { stdout } = await execa("sfdisk", ["--json", TARGET!.file]);
    expect(JSON.parse(stdout).partitiontable.partitions ?? []).toEqual([]);
  });
});

test("disks that somebody has mounted or swaps on are refused, by name and in the list", async () => {
  await withDisks({ MOUNTED: 200, SWAP: 200, TARGET: 200 }, async (disks, folder) => {
    const { MOUNTED, SWAP, TARGET } = disks;
    await execa("sfdisk", ["--quiet", MOUNTED!.file], { input: "label: dos\nstart=2048\n" });
    await execa("mke2fs", [
      "-q",
      "-F",
      "-t",
      "ext4",
      "-E",
      "offset=1048576",
      MOUNTED!.file,
      "190M",
    ]);
    await execa("mkswap", [SWAP!.file]);
    const before = await readFile(MOUNTED!.file);
    const all = [MOUNTED!, SWAP!, TARGET!, medium()];
    await boot(
      folder,
      all,
      async (screen) => {
        // As somebody may have left the machine who was at its shell.
        const shell = async (line: string) => {
          await screen.until("# ");
          screen.type(`${line} && echo do""ne`);
          await screen.until("done\n");
        };
        await shell("export PATH=/bin:/sbin");
        await shell("mount -t proc x /proc && mount -t sysfs x /sys && mount -t devtmpfs x /dev");
        await shell("modprobe -a virtio_pci virtio_blk ext4");
        await shell("mkdir /a && mount -o ro -t ext4 /dev/vda1 /a");
        await shell("swapon /dev/vdb");
        await screen.until("# ");
        screen.type("/sbin/installer");
        const list = await screen.until("Which disk?");
        expect(list).toMatch(/virtio-MOUNTED .*: cannot be chosen, \/dev\/vda1 is mounted\n/);
        expect(list).toMatch(/virtio-SWAP .*: cannot be chosen, \/dev\/vdb is swap in use\n/);
        expect(list).toMatch(/virtio-TARGET .*\(\/dev\/vdc\)\n/);
        screen.type("virtio-MOUNTED");
        await screen.until(
          "NOT INSTALLED: virtio-MOUNTED cannot be chosen: /dev/vda1 is mounted\n",
        );
      },
      commandLine("rdinit=/bin/sh"),
    );
    expect((await readFile(MOUNTED!.file)).equals(before), "nothing is written").toBe(true);
  });
});
