import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, appendFile, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collectGarbage } from "../../provider/store/gc.ts";
import { openStore } from "../../provider/store/local-store.ts";
import { makeProject, type Project, type Run } from "./project.ts";

const program = `import { ConvertedImage, DiskImage, Filesystem, PartitionLayout, Rootfs } from "bootwright";
const tree = new Rootfs("tree", { source: { directory: "files" } });
const { layout } = new PartitionLayout("layout", {
  roundToMiB: 64,
  partitions: [{ name: "root", sizing: tree.sizing, mountPoint: "/" }],
});
const root = new Filesystem("root", { tree: tree.ref, partition: layout.partitions[0] });
const filesystems = [{ partition: "root", content: root.ref }];
const disk = new DiskImage("disk", { layout, filesystems, exportTo: "out/disk.raw" });
new ConvertedImage("vhd", { image: disk.ref, format: "vhd", exportTo: "out/disk.vhd" });
export const path = disk.path;
`;

let project: Project;
let first: Run;
let raw: string;
let vhd: string;

beforeAll(async () => {
  project = await makeProject(program, { "files/etc/motd": "hello\n" });
  raw = join(project.folder, "out/disk.raw");
  vhd = join(project.folder, "out/disk.vhd");
  first = await project.up();
});
afterAll(() => project?.dispose());

const diskPath = () => String(first.outputs.path);
const notSame = (run: Run) =>
  Object.entries(run.operations).filter(([, operation]) => operation !== "same");

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

test("exportTo puts the disk's own bytes where the user wants them, with its holes", async () => {
  expect(await sha256(raw)).toBe(await sha256(diskPath()));
  const { size, blocks, mode } = await stat(raw);
  expect(size % (64 * 2 ** 20)).toBe(0);
  expect(blocks * 512).toBeLessThan(size / 4);
  // A user may write to it, unlike to an object of the store.
  expect(mode & 0o777).toBe(0o644);
});

test("exportTo of a VHD is a fixed VHD of the same disk to qemu-img, with its holes", async () => {
  const compare = ["compare", "-f", "raw", "-F", "vpc", raw, vhd];
  expect((await execa("qemu-img", compare)).stdout).toBe("Images are identical.");
  const { stdout } = await execa("qemu-img", ["info", "-f", "vpc", "--output=json", vhd]);
  const disk = await stat(raw);
  expect(JSON.parse(stdout)["virtual-size"]).toBe(disk.size);
  const { size, blocks } = await stat(vhd);
  expect(size).toBe(disk.size + 512);
  expect(blocks * 512).toBeLessThan(size / 4);
});

test("a second up leaves exported files alone", async () => {
  const before = await stat(raw);
  expect(notSame(await project.up())).toEqual([]);
  expect((await stat(raw)).mtimeMs).toBe(before.mtimeMs);
});

const both = [
  ["disk", "update"],
  ["vhd", "update"],
];

test("a flipped bit in an object and a deleted export are drift to a refresh, and the next up mends just them", async () => {
  const good = { raw: await sha256(raw), vhd: await sha256(vhd) };
  await flipBit(diskPath(), 1_100_000);
  await rm(vhd);
  expect(notSame(await project.refresh()).sort()).toEqual(both);
  expect(notSame(await project.up()).sort()).toEqual(both);
  expect({ raw: await sha256(diskPath()), vhd: await sha256(vhd) }).toEqual(good);
});

test("an export that was deleted and one that was changed are written by the next up without a refresh", async () => {
  const good = { raw: await sha256(raw), vhd: await sha256(vhd) };
  const object = await stat(diskPath());
  await rm(raw);
  await appendFile(vhd, "x");
  expect(notSame(await project.up()).sort()).toEqual(both);
  expect({ raw: await sha256(raw), vhd: await sha256(vhd) }).toEqual(good);
  expect((await stat(diskPath())).mtimeMs).toBe(object.mtimeMs);
});

test("replacing a resource keeps its export and its claim on the store", async () => {
  const roots = await rootFiles();
  const { disk = "" } = await project.urns();
  await project.up({ replace: [disk] });
  expect(await isThere(raw)).toBe(true);
  expect(await rootFiles()).toHaveLength(roots.length);
  expect(notSame(await project.up())).toEqual([]);
});

test("an export that is wanted elsewhere moves", async () => {
  await project.write("index.ts", program.replace("out/disk.raw", "elsewhere/disk.raw"));
  expect(notSame(await project.up())).toEqual([["disk", "update"]]);
  expect(await isThere(raw)).toBe(false);
  raw = join(project.folder, "elsewhere/disk.raw");
  expect(await isThere(raw)).toBe(true);
});

test("destroy removes an export that nobody changed, keeps one that somebody did, and frees the store", async () => {
  await appendFile(vhd, "mine");
  await project.destroy();
  expect(await isThere(raw)).toBe(false);
  expect(await isThere(vhd)).toBe(true);
  const store = await openStore(project.store);
  const later = Date.now() + 2 * 86_400_000;
  await collectGarbage(store, { days: 1, maxSizeGiB: 100 }, later);
  expect(await filesBelow("objects")).toEqual([]);
  expect(await filesBelow("oci/blobs")).toEqual([]);
});

const rootFiles = () => filesBelow("roots");

async function filesBelow(folder: string): Promise<string[]> {
  const path = join(project.store, folder);
  const found = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  return found.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

/** Changes one bit and nothing else: size and times stay as they are. */
async function flipBit(path: string, offset: number): Promise<void> {
  const times = join(project.folder, "times");
  await execa("touch", ["--reference", path, times]);
  const handle = await open(path, "r+");
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, offset);
  await handle.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, offset);
  await handle.close();
  await execa("touch", ["--reference", times, path]);
}
