import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findResource, findStep } from "../../provider/flow/index.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Layout } from "../../provider/plan/layout.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import { archive, body, file, header, pax } from "../unit/tree/tar-bytes.ts";
import { debugfs, xattrsOf } from "./ext4/debugfs.ts";
import { checkImage } from "./ext4/image.ts";
import { inodes, looked } from "./hostile/look.ts";
import { facts, member, type Row } from "./hostile/rows.ts";

const many = process.env.BOOTWRIGHT_TEST_ALL ? 100_000 : 20_000;

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext({ find: findStep });
});
afterEach(() => ctx.dispose());

async function make(name: string, given: Record<string, unknown>) {
  const resource = findResource(name)!;
  const { inputs, problems } = await checkInputs(resource, given, ctx);
  expect(problems).toEqual([]);
  return put(resource, inputs, ctx);
}

/** An archive as `docker save` writes it. */
async function saved(layers: readonly Buffer[]): Promise<string> {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const diffIds = layers.map((l) => `sha256:${createHash("sha256").update(l).digest("hex")}`);
  const names = layers.map((_, i) => `${i}/layer.tar`);
  const path = join(ctx.cwd, "image.tar");
  const parts = [
    ...layers.map((layer, i) => file(names[i]!, layer)),
    file("c.json", json({ rootfs: { diff_ids: diffIds } })),
    file("manifest.json", json([{ Config: "c.json", RepoTags: [], Layers: names }])),
  ];
  await writeFile(path, archive(...parts));
  return path;
}

async function filesystemOf(layers: readonly Buffer[]) {
  const source = { dockerArchive: await saved(layers) };
  const rootfs = await make("Rootfs", { source, sourceDateEpoch: 2 ** 33, scrub: [] });
  const partitions = [{ name: "root", sizing: rootfs.sizing, mountPoint: "/" }];
  const { layout } = (await make("PartitionLayout", {
    seed: "p/w",
    roundToMiB: 1,
    partitions,
  })) as {
    layout: Layout;
  };
  const partition = layout.partitions[0]!;
  return {
    layout,
    partition,
    filesystem: await make("Filesystem", { tree: rootfs.ref, partition }),
  };
}

async function imageOf(layers: readonly Buffer[]): Promise<string> {
  const { layout, partition, filesystem } = await filesystemOf(layers);
  const filesystems = [{ partition: "root", content: filesystem.ref }];
  const disk = (await make("DiskImage", { layout, filesystems })).ref as Ref;
  return `${ctx.store.path("disk", disk.digest)}?offset=${partition.offsetBytes}`;
}

/** The table: what must be there, and what debugfs must say of it. */
class Table {
  readonly expected = new Map<string, ReturnType<typeof facts>>();
  readonly xattrs = new Map<string, (readonly [string, string])[]>();
  /** A member that is there at the end, last written at this time. */
  keep(row: Row, seconds = 0, nanoseconds = 0, links = 1): Buffer {
    this.expected.set(row.path, facts(row, seconds, nanoseconds, links));
    return member(row);
  }
  /** A hard link to what a row says, which has this many names. */
  link(path: string, to: Row, links = 2): Buffer {
    this.expected.set(path, facts(to, 0, 0, links));
    return member({ path, type: "1", target: to.path });
  }
}
const dir = (path: string): Row => ({ path, type: "5", mode: 0o755 });
const white = (path: string) => member({ path });

const capability = Buffer.from("0100000200040000000000000000000000000000", "hex");
const names = [
  "n".repeat(255),
  "new\nline",
  "\"quo'te`$(x)",
  "\xff\xfe not UTF-8",
  "-rf",
  " leading and trailing ",
  "back\\slash",
  "\x01\x1b[2J\x7f",
  "...",
  "..a",
  "*",
  "a.wh.b",
];
const modes = [0, 0o4755, 0o2755, 0o1777, 0o7777, 0o104711, 0o120777];
const times = [
  ["-2147483648", -2147483648, 0],
  ["-1.000000001", -2, 999_999_999],
  ["4294967297.999999999", 4294967297, 999_999_999],
  ["8589934591.000000001", 8589934591, 1],
] as const;
const targets = [1, 59, 60, 61, 255, 1024, 4094, 4095];
const deepest = Array.from({ length: 40 }, (_, i) => `${i}`.padStart(90, "d"));

function hostile() {
  const t = new Table();
  const opaque = { ...dir("opaque"), mode: 0o711 };
  const fifo = { path: "fifo", type: "6" };
  const device = { path: "device", type: "4", device: [259, 65537] as [number, number] };
  const across: Row = { path: "across", content: "kept by its second name" };
  const morph: Row = { path: "morph", content: "a file again" };
  const acl = "user::rwx,user:1000:r--,group::r-x,mask::rwx,other::---";
  const first = archive(
    member(dir("./")),
    ...names.map((path) => t.keep({ path, content: path })),
    t.keep(dir("modes")),
    ...modes.map((mode) => t.keep({ path: `modes/${mode}`, mode })),
    t.keep({ path: "ids", uid: 2 ** 32 - 1, gid: 2 ** 32 - 2 }),
    ...times.map(([time, s, ns], i) => t.keep({ path: `time${i}`, time }, s, ns)),
    ...targets.map((n) => t.keep({ path: `s${n}`, type: "2", target: "t".repeat(n) })),
    ...deepest.map((_, i) => t.keep(dir(deepest.slice(0, i + 1).join("/")))),
    t.keep({ path: [...deepest, "bottom"].join("/"), content: "deep" }),
    t.keep(fifo, 0, 0, 2),
    t.link("fifo-too", fifo),
    t.keep(device, 0, 0, 2),
    t.link("device-too", device),
    t.keep(dir("etc")),
    t.keep({ path: "etc/hostname", content: "of the image\n" }),
    t.keep({ path: ".dockerenv" }),
    t.keep({
      path: "xattrs",
      records: [
        ["SCHILY.xattr.security.capability", capability.toString("latin1")],
        ["SCHILY.xattr.user.big", "\0\xff\n=".repeat(700)],
        ["SCHILY.acl.access", acl],
      ],
    }),
    member(dir("opaque")),
    member({ path: "opaque/hidden" }),
    member({ path: "opaque/again", content: "old" }),
    member(across),
    member({ path: "morph" }),
    member(dir("back")),
    member({ path: "back/old" }),
    t.keep(dir("many")),
    ...Array.from({ length: many }, (_, i) => header(`many/${i}`)),
  );
  const second = archive(
    t.keep(opaque),
    white("opaque/.wh..wh..opq"),
    t.keep({ path: "opaque/again", content: "new" }),
    member({ path: "across-too", type: "1", target: "across" }),
    member(dir("morph")),
    member({ path: "morph/in" }),
    member({ path: "back", content: "a file meanwhile" }),
    white("many/.wh.7"),
  );
  const third = archive(
    white(".wh.across"),
    t.keep(morph),
    t.keep(dir("back")),
    t.keep({ path: "back/new", content: "n" }),
  );
  t.expected.set("across-too", facts(across));
  return { t, layers: [first, second, third] };
}

test("a hostile image comes out of the filesystem of its disk entry by entry", async () => {
  const { t, layers } = hostile();
  const image = await imageOf(layers);
  await checkImage(image);
  const found = inodes(image, ctx.cwd);
  const inMany = [...found.keys()].filter((path) => path.startsWith("many/"));
  expect(inMany.length).toBe(many - 1);
  expect(found.has("many/7")).toBe(false);
  expect(found.has(`many/${many - 1}`)).toBe(true);
  const paths = [...t.expected.keys()].sort();
  const others = [...found.keys()].filter((path) => !path.startsWith("many/"));
  expect(others.sort()).toEqual(["", "lost+found", ...paths].sort());
  const said = looked(
    image,
    paths.map((path) => found.get(path)!),
    ctx.cwd,
  );
  expect(new Map(paths.map((path, i) => [path, said[i]]))).toEqual(
    new Map(paths.map((path) => [path, t.expected.get(path)])),
  );
  for (const [a, b] of [
    ["fifo", "fifo-too"],
    ["device", "device-too"],
  ] as const)
    expect(found.get(a)).toBe(found.get(b));
  const inode = found.get("xattrs")!;
  const kept = new Map(xattrsOf(image, [inode], ctx.cwd).get(inode));
  expect(Buffer.from(kept.get("security.capability")!, "latin1")).toEqual(capability);
  expect(kept.get("user.big")).toBe("\0\xff\n=".repeat(700));
  // Version 2, then tag, permissions and id of each; debugfs puts 0 where an entry names nobody.
  expect(Buffer.from(kept.get("system.posix_acl_access")!, "latin1").toString("hex")).toBe(
    "02000000" +
      "0100070000000000" +
      "02000400e8030000" +
      "0400050000000000" +
      "1000070000000000" +
      "2000000000000000",
  );
  expect(kept.size).toBe(3);
});

test("sparse files of 5 GiB in three formats keep their bytes and their holes", async () => {
  const size = 5 * 2 ** 30;
  const last = size - 4096;
  const data = body(`${"b".repeat(4096)}${"e".repeat(4096)}`);
  const octal = (n: number) => `${n.toString(8).padStart(11, "0")}\0`;
  const gnu = header("gnu", {
    type: "S",
    size: 8192,
    raw: (block) => {
      block.write("ustar  \0", 257, "latin1");
      block.fill(0, 345, 512);
      block.write(octal(4096) + octal(4096) + octal(last) + octal(4096), 386, "latin1");
      block.write(octal(size), 483, "latin1");
    },
  });
  const old = pax([
    ["GNU.sparse.size", `${size}`],
    ["GNU.sparse.name", "pax01"],
    ["GNU.sparse.map", `4096,4096,${last},4096`],
  ]);
  const map = body(`2\n4096\n4096\n${last}\n4096\n`);
  const young = pax([
    ["GNU.sparse.major", "1"],
    ["GNU.sparse.minor", "0"],
    ["GNU.sparse.name", "pax10"],
    ["GNU.sparse.realsize", `${size}`],
  ]);
  const stored = (n: number) => header("x", { size: n });
  const image = await imageOf([
    archive(gnu, data, old, stored(8192), data, young, stored(8192 + 512), map, data),
  ]);
  await checkImage(image);
  for (const name of ["gnu", "pax01", "pax10"]) {
    const [stat, ...blocks] = debugfs(
      image,
      [`stat ${name}`, ...[1, last / 4096].map((n) => `block_dump -f ${name} ${n}`)],
      ctx.cwd,
    );
    expect(stat).toContain(`Size: ${size}\n`);
    expect(stat).toMatch(/Blockcount: 16\n/);
    expect(blocks[0]).toMatch(/^0000 +(6262 ?){2}/);
    expect(blocks[1]).toMatch(/^0000 +(6565 ?){2}/);
  }
});

test("what ext4 cannot hold is refused by path, all of it at once", async () => {
  const rows: Row[] = [
    { path: "n".repeat(256) },
    { path: "target", type: "2", target: "t".repeat(4096) },
    { path: "before", time: "-2147483649" },
    { path: "owner", uid: 2 ** 32 },
    { path: "attribute", records: [["SCHILY.xattr.system.other", "x"]] },
    { path: "room", records: [["SCHILY.xattr.user.a", "x".repeat(5000)]] },
    { path: "zero", records: [["SCHILY.xattr.user.a\0b", "x"]] },
    { path: "no-acl", records: [["SCHILY.xattr.system.posix_acl_access", "x"]] },
    { path: "number", type: "3", records: [["SCHILY.devmajor", "4096"]] },
    { path: "lost+found" },
    { path: "new\nline\x1b[2J", time: "-2147483649" },
  ];
  const error: Error = await filesystemOf([archive(...rows.map(member))]).then(
    () => Promise.reject(new Error("it was not refused")),
    (reason) => reason,
  );
  for (const { path } of rows.slice(0, -1)) expect(error.message).toContain(`/${path}: `);
  expect(error.message).toContain("new\\nline\\u001b[2J");
});
