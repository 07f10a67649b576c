import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import {
  chmod,
  copyFile,
  link,
  mkdir,
  open,
  readFile,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ContentError } from "../../../provider/errors.ts";
import { crc32c } from "../../../provider/ext4/checksums/crc32c.ts";
import { Ext4Reader } from "../../../provider/ext4/reader/reader.ts";
import { PartitionBytes } from "../../../provider/ext4/reader/source.ts";
import { ext4Tar } from "../../../provider/ext4/reader/tar.ts";
import { Rootfs } from "../../../provider/flow/collect/rootfs.ts";
import { DiskImage } from "../../../provider/flow/compose/disk-image.ts";
import { Filesystem } from "../../../provider/flow/compose/filesystem.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { partitionRequestSchema } from "../../../provider/plan/layout.ts";
import { planLayout } from "../../../provider/plan/plan-layout.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { loadTree } from "../../../provider/tree/object.ts";
import type { Entry } from "../../../provider/tree/types.ts";
import { testContext } from "../../context.ts";
import { type Facts, walk } from "./debugfs.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

/** The tree of a disk, as a Rootfs takes it. */
async function treeOf(path: string, more: object = {}): Promise<Ref> {
  const given = { source: { disk: { path, ...more } }, scrub: [], sourceDateEpoch: 2 ** 33 };
  const { inputs, problems } = await checkInputs(Rootfs as never, given, ctx);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return (await Rootfs.make!(Rootfs.plan(inputs as never), ctx)).ref;
}

const types = {
  ...{ file: "regular", directory: "directory", symlink: "symlink", fifo: "FIFO", link: "" },
  ...{ character: "character special", block: "block special" },
};

/** A tree in debugfs's words, and in an order of its own. */
async function said(ref: Ref): Promise<[string, object][]> {
  const { items } = await loadTree(ctx.store.path("tree", ref.digest));
  const entries = items.filter((item): item is Entry => item.kind === "entry");
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const rows = entries.map((entry): [string, object] => {
    const own = entry.type === "link" ? byPath.get(entry.target!)! : entry;
    const names = entries.filter((e) => e === own || (e.type === "link" && e.target === own.path));
    const { uid, gid, mtime, mtimeNs, type, size, major, minor, xattrs = [] } = own;
    const pad = (number = 0) => `${number}`.padStart(2, "0");
    const device = major === undefined ? undefined : `${pad(major)}:${pad(minor)}`;
    const isFile = type === "file";
    return [
      entry.path,
      {
        ...{ type: types[type], mode: own.mode, uid, gid, mtime, mtimeNs, device, xattrs },
        ...{ size: isFile ? size : undefined, target: own.type === "symlink" ? own.target : "" },
        ...{
          digest: isFile && size > 0 ? own.digest : undefined,
          links: type === "directory" ? 0 : names.length,
        },
      },
    ];
  });
  return rows.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A filesystem as debugfs reads it. */
function judged(image: string): [string, object][] {
  const rows = [...walk(image, ctx.cwd)].map(([path, facts]: [string, Facts]): [string, object] => {
    const { type, mode, uid, gid, mtime, mtimeNs, device, xattrs, content, size, links } = facts;
    const isFile = type === "regular";
    const hash = `sha256:${createHash("sha256")
      .update(content ?? "")
      .digest("hex")}`;
    return [
      path,
      {
        ...{ type, mode, uid, gid, mtime, mtimeNs, device, xattrs },
        ...{
          size: isFile ? size : undefined,
          target: type === "symlink" ? content?.toString("latin1") : "",
        },
        ...{
          digest: isFile && size > 0 ? hash : undefined,
          links: type === "directory" ? 0 : links,
        },
      },
    ];
  });
  return rows.sort(([a], [b]) => (a < b ? -1 : 1));
}

const kinds: readonly (readonly [string, readonly string[]])[] = [
  ["ext4", ["-t", "ext4"]],
  [
    "ext4 of blocks of 1 KiB, with every checksum",
    ["-t", "ext4", "-b", "1024", "-O", "metadata_csum,metadata_csum_seed,64bit"],
  ],
  ["ext4 without checksums", ["-t", "ext4", "-O", "^metadata_csum,^64bit,^flex_bg"]],
  ["ext3", ["-t", "ext3", "-b", "1024"]],
  ["ext2 of inodes of 128 bytes", ["-t", "ext2", "-b", "1024", "-I", "128", "-O", "^resize_inode"]],
];

/** A filesystem with one of everything, made by mke2fs and debugfs, and checked by e2fsck. */
async function filesystem(
  kind: readonly string[],
  image = join(ctx.cwd, "disk.raw"),
): Promise<string> {
  const root = join(ctx.cwd, "root");
  await mkdir(join(root, "a/many"), { recursive: true });
  await writeFile(join(root, "a/file"), "what a disk holds\n".repeat(20_000));
  await link(join(root, "a/file"), join(root, "a/same"));
  await writeFile(join(root, "empty"), "");
  const sparse = await open(join(root, "sparse"), "w");
  for (const at of [0, 5_000, 300_000, 9_000_000, 75_000_000]) await sparse.write("data", at);
  await sparse.truncate(80_000_000);
  await sparse.close();
  await symlink("a/file", join(root, "short"));
  await symlink("x".repeat(200), join(root, "long"));
  for (let i = 0; i < 400; i++)
    await writeFile(join(root, `a/many/${`${i}`.padStart(60, "n")}`), `${i}`);
  await utimes(join(root, "a/file"), 5, 1_234_567_890.5);
  await writeFile(image, "");
  await truncate(image, 128 * 2 ** 20);
  execFileSync("mke2fs", ["-q", "-F", ...kind, "-d", root, image]);
  const value = join(ctx.cwd, "value");
  await writeFile(value, Buffer.from(Array.from({ length: 700 }, (_, i) => i % 251)));
  const commands = [
    ...[
      "mknod tty c 5 1",
      "mknod sda b 8 300",
      "mknod pipe p",
      "sif a uid 70001",
      "sif a gid 70002",
    ],
    ...["sif empty uid_high 1", "sif empty mode 0106755", "ea_set empty user.short v"],
    ...["ea_set a/file security.capability cap", `ea_set -f ${value} a user.long`],
    ...["write /dev/null \xe4\xff", "sif short mtime 0x7fffffff"],
  ];
  const script = join(ctx.cwd, "commands");
  await writeFile(script, `${commands.join("\n")}\n`, "latin1");
  execFileSync("debugfs", ["-w", "-f", script, image], { stdio: "ignore" });
  // Makes hash trees of large directories; status 1 says that it changed something.
  const { status } = spawnSync("e2fsck", ["-fyD", image], { stdio: "ignore" });
  expect(status).toBeLessThan(2);
  execFileSync("e2fsck", ["-fn", image], { stdio: "ignore" });
  return image;
}

describe("a disk's filesystem is read as debugfs reads it:", () => {
  test.each(kinds)("%s", async (_title, kind) => {
    const image = await filesystem(kind);
    const tree = await said(await treeOf(image));
    expect(tree).toEqual(judged(image));
    expect(tree.length).toBeGreaterThan(410);
  });
});

/** A GPT disk with one filesystem of a tree, written by us. */
async function ourDisk(tree: Ref): Promise<{ path: string; offsetBytes: number }> {
  const requests = [
    { name: "esp", type: "esp", sizeMiB: 64 },
    { name: "root", sizeMiB: 128, mountPoint: "/" },
  ];
  const partitions = requests.map((request) => partitionRequestSchema.parse(request));
  const layout = planLayout({ seed: "disk", table: "gpt", roundToMiB: 1, partitions });
  const partition = layout.partitions[1]!;
  const given = Filesystem.inputs.parse({ tree, partition });
  const { ref: content } = await Filesystem.make!(Filesystem.plan(given), ctx);
  const filesystems = [{ partition: "root", content }];
  const disk = DiskImage.plan(DiskImage.inputs.parse({ layout, filesystems }));
  const { ref } = await DiskImage.make!(disk, ctx);
  const path = join(ctx.cwd, "our.raw");
  await copyFile(ctx.store.path("disk", ref.digest), path);
  await chmod(path, 0o644);
  return { path, offsetBytes: partition.offsetBytes };
}

test("what we write is read back as the same entries, from a partition of raw, qcow2 and VHD", async () => {
  const first = await treeOf(await filesystem(["-t", "ext4"]));
  const { path, offsetBytes } = await ourDisk(first);
  const again = await treeOf(path);
  const known = await said(first);
  expect(await said(again)).toEqual(known);
  expect(judged(`${path}?offset=${offsetBytes}`)).toEqual(known);

  for (const [name, format] of [
    ["disk.qcow2", "qcow2"],
    ["disk.vhd", "vpc"],
  ] as const) {
    const image = join(ctx.cwd, name);
    const more = format === "vpc" ? ["-o", "subformat=fixed,force_size=on"] : [];
    execFileSync("qemu-img", ["convert", "-f", "raw", "-O", format, ...more, path, image]);
    expect(await treeOf(image, { partition: 2 })).toEqual(again);
  }
});

test("a socket and a flag of chattr are named, and nothing else is lost", async () => {
  const image = await filesystem(["-t", "ext4"]);
  debugfsWrite(image, ["sif pipe mode 0140755", "sif empty flags 0x80010"]);
  const names = (await said(await treeOf(image))).map(([path]) => path);
  expect(names).not.toContain("pipe");
  expect(names).toContain("empty");
  expect(ctx.lines.join("\n")).toMatch(
    /without:\n.*"\/empty" \(a flag of chattr\)\n.*"\/pipe" \(a socket\)/,
  );
});

function debugfsWrite(image: string, commands: readonly string[]): void {
  const script = join(ctx.cwd, "more-commands");
  writeFileSync(script, `${commands.join("\n")}\n`);
  execFileSync("debugfs", ["-w", "-f", script, image], { stdio: "ignore" });
}

async function small(change: (bytes: Buffer) => void = () => {}, kind = "ext4"): Promise<string> {
  const image = join(ctx.cwd, "small.raw");
  const root = join(ctx.cwd, "small");
  await mkdir(join(root, "folder"), { recursive: true });
  await writeFile(join(root, "folder/file"), "content".repeat(1000));
  await writeFile(image, "");
  await truncate(image, 2 ** 22);
  execFileSync("mke2fs", [
    "-q",
    "-F",
    "-t",
    kind,
    "-b",
    "1024",
    "-O",
    "^has_journal",
    "-d",
    root,
    image,
  ]);
  const bytes = await readFile(image);
  change(bytes);
  await writeFile(image, bytes);
  return image;
}

/** Super block fields, and a checksum that fits. */
function superBlock(change: (s: Buffer) => void) {
  return (bytes: Buffer) => {
    const s = bytes.subarray(1024, 2048);
    change(s);
    s.writeUInt32LE(crc32c(0xffffffff, s, 0, 0x3fc), 0x3fc);
  };
}

describe("a disk is refused, with the reason and a way out,", () => {
  test.each<[string, (bytes: Buffer) => void, RegExp]>([
    [
      "whose journal was not replayed",
      superBlock((s) => s.writeUInt32LE(s.readUInt32LE(96) | 4, 96)),
      /not clean: its journal holds.*\n\(shut the machine down/s,
    ],
    [
      "that was not unmounted",
      superBlock((s) => s.writeUInt16LE(0, 58)),
      /not clean: it was not unmounted/,
    ],
    ["that has errors", superBlock((s) => s.writeUInt16LE(3, 58)), /marked as having errors/],
    [
      "of which a file was being deleted",
      superBlock((s) => s.writeUInt32LE(12, 0xe8)),
      /were being deleted/,
    ],
    [
      "with data in inodes",
      superBlock((s) => s.writeUInt32LE(s.readUInt32LE(96) | 0x8000, 96)),
      /inline_data, which is not read/,
    ],
    [
      "with a feature of tomorrow",
      superBlock((s) => s.writeUInt32LE(s.readUInt32LE(96) | 0x40000000, 96)),
      /feature 0x40000000/,
    ],
    [
      "that is larger than its partition",
      superBlock((s) => s.writeUInt32LE(999999, 4)),
      /1023998976 bytes, more than its partition \(4194304\)/,
    ],
    [
      "whose blocks are of no size",
      superBlock((s) => s.writeUInt32LE(40, 24)),
      /damaged: its super block has/,
    ],
    [
      "whose super block is damaged",
      (bytes) => bytes.write("x", 1024 + 120),
      /does not have its checksum/,
    ],
    [
      "that holds nothing we know",
      (bytes) => bytes.fill(0),
      /none of its partitions holds an ext2, ext3 or ext4/,
    ],
    [
      "that is of another format",
      (bytes) => bytes.write("vhdxfile", 0),
      /is a VHDX, which is not read\n\(convert it/,
    ],
    [
      "that is packed",
      (bytes) => bytes.write("\xfd7zXZ\0", 0, "latin1"),
      /is a file packed by xz, which is not read\n\(unpack it: xz -d/,
    ],
  ])("%s", async (_what, change, reason) => {
    await expect(treeOf(await small(change))).rejects.toThrow(reason);
  });

  test("that is a qcow2 which names another file of this machine", async () => {
    const image = join(ctx.cwd, "thief.qcow2");
    execFileSync("qemu-img", [
      "create",
      "-q",
      "-f",
      "qcow2",
      "-b",
      "/etc/passwd",
      "-F",
      "raw",
      image,
    ]);
    await expect(treeOf(image)).rejects.toThrow("a qcow2 that needs another file");
  });

  test("that is a qcow2 of a few megabytes which unpacks to more than disks have", async () => {
    const image = join(ctx.cwd, "bomb.qcow2");
    const cluster = 2 ** 21;
    const write = async (sizeBytes: number) => {
      const head = Buffer.alloc(512);
      head.write("QFI\xfb", "latin1");
      for (const [at, value] of [
        ...[
          [4, 3],
          [20, 21],
          [56, 1],
          [96, 4],
          [100, 104],
        ],
        [36, sizeBytes / 2 ** 39], // tables of the first level, which are all the same
      ] as const)
        head.writeUInt32BE(value!, at!);
      for (const [at, value] of [
        [24, sizeBytes],
        [40, 2 * cluster],
        [48, cluster],
      ] as const)
        head.writeBigUInt64BE(BigInt(value), at);
      const file = await open(image, "w");
      const pointers = (count: number, to: number) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64BE(2n ** 63n + BigInt(to * cluster));
        return Buffer.alloc(8 * count, bytes);
      };
      await file.write(head, 0, 512, 0);
      await file.write(pointers(sizeBytes / 2 ** 39, 3), 0, undefined, 2 * cluster);
      await file.write(pointers(cluster / 8, 4), 0, undefined, 3 * cluster);
      await file.write("data", 5 * cluster - 4);
      await file.close();
    };
    await write(2 ** 39);
    await expect(treeOf(image)).rejects.toThrow(
      /unpacks to 549[0-9]{9} bytes, more than 274877906944/,
    );
    await write(2 ** 45);
    await expect(treeOf(image)).rejects.toThrow("a qcow2 of 35184372088832 bytes, more than");
  });

  test("without the partition that is asked for, or with several to choose from", async () => {
    const image = await small();
    await expect(treeOf(image, { partition: 3 })).rejects.toThrow(
      "it has no partition 3 (it has none)",
    );
    const one = await readFile(image);
    const disk = join(ctx.cwd, "two.raw");
    await writeFile(disk, Buffer.concat([Buffer.alloc(2 ** 20), one, one, Buffer.alloc(2 ** 20)]));
    execFileSync("sfdisk", ["--quiet", disk], {
      input: "label: gpt\n2048,8192\n10240,8192\n",
      stdio: ["pipe", "ignore", "ignore"],
    });
    await expect(treeOf(disk)).rejects.toThrow(
      /2 partitions with .*: 1 \(4 MiB\), 2 \(4 MiB\)\n\(say which one by partition/,
    );
    expect(await treeOf(disk, { partition: 2 })).toEqual(await treeOf(image));
  });

  test("whose file is another than the one that was meant", async () => {
    const image = await small();
    await expect(treeOf(image, { sha256: "0".repeat(64) })).rejects.toThrow(
      /source\.disk\.sha256.*small\.raw\\" has [0-9a-f]{64}, not 0000/,
    );
  });
});

test.each(["ext4", "ext2"])("no damage to an %s does more than end with a reason", async (kind) => {
  const image = await small(undefined, kind);
  const whole = await readFile(image);
  // What is not zero: super block, descriptors, bitmaps, inodes, directories; and the file.
  const places = [...whole.keys()].filter((at) => at >= 1024 && whole[at] !== 0);
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let refused = 0;
  for (let round = 0; round < 150; round++) {
    const bytes = Buffer.from(whole);
    for (let i = 0; i <= round % 8; i++) bytes[places[random(places.length)]!] = random(256);
    superBlock(() => {})(bytes);
    await writeFile(image, bytes);
    const file = await open(image);
    try {
      const reader = await Ext4Reader.open(new PartitionBytes(file, 0, bytes.length));
      for await (const _ of ext4Tar(reader, () => {}));
    } catch (error) {
      expect(error).toBeInstanceOf(ContentError);
      refused++;
    } finally {
      await file.close();
    }
  }
  expect(refused).toBeGreaterThan(5);
});
