import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type WatchedDocker, watchDocker } from "./docker-client.ts";
import { diskProgram, tinyFiles } from "./fixture.ts";
import { makeProject, type Project, type Run } from "./project.ts";

/** A disk without a boot loader, in every format: the host's tools have no say in its bytes but qemu-img's. */
const dataProgram = `import { ConvertedImage, DiskImage, Filesystem, PartitionLayout, Rootfs } from "bootwright";
const files = new Rootfs("files", { source: { dockerfile: { context: "." } }, hostname: "data" });
const { layout } = new PartitionLayout("layout", {
  table: "gpt",
  roundToMiB: 64,
  partitions: [{ name: "data", sizing: files.sizing, mountPoint: "/data" }],
});
const data = new Filesystem("data", { tree: files.ref, partition: layout.partitions[0] });
const filesystems = [{ partition: "data", content: data.ref }];
const raw = new DiskImage("raw", { layout, filesystems });
const vhd = new ConvertedImage("vhd", { image: raw.ref, format: "vhd", exportTo: "disk.vhd" });
const qcow2 = new ConvertedImage("qcow2", { image: raw.ref, format: "qcow2" });
export const dataDigests = [files, data, raw, vhd, qcow2].map((made) => made.ref.digest);
export const dataPath = raw.path;
export const qcow2Path = qcow2.path;
`;

const host = { BOOTWRIGHT_RUNNER: "host", TZ: "Asia/Tokyo", LANG: "de_DE.UTF-8" };
// Every machine builds the image anew: a shared cache of the builder would prove nothing.
let docker: WatchedDocker;
let dev: Made;
let prod: Made;
let onHost: Made;

interface Made extends Run {
  readonly project: Project;
}

beforeAll(async () => {
  docker = await watchDocker("without-cache");
  dev = await make("dev", diskProgram + dataProgram, "2025-02-03");
  prod = await make("prod", diskProgram, "2026-02-28");
  onHost = await make("dev", dataProgram, "2031-12-31", host);
});
afterAll(async () => {
  for (const made of [dev, prod, onHost]) await made?.project.dispose();
  await docker?.dispose();
});

/** Makes everything in a folder and a store of their own, from files with times of their own. */
async function make(
  stack: string,
  program: string,
  touched: string,
  env: Record<string, string> = {},
): Promise<Made> {
  const all = { ...env, BOOTWRIGHT_DOCKER: docker.path };
  const project = await makeProject(program, tinyFiles, all, stack);
  for (const file of Object.keys(tinyFiles))
    await utimes(join(project.folder, file), new Date(touched), new Date(touched));
  return { ...(await project.up()), project };
}

/** Compares two files byte by byte. */
async function expectSame(one: unknown, other: unknown): Promise<void> {
  expect(one).not.toBe(other);
  await execa("cmp", [String(one), String(other)]);
}

test.each(["tree", "ext4", "diskDigest"])(
  "two folders, stores, stacks and times give a machine the same %s",
  (name) => {
    expect(prod.outputs[name]).toMatch(/^sha256:/);
    expect(prod.outputs[name]).toBe(dev.outputs[name]);
  },
);

test("the two raw disks are the same to the byte", async () => {
  await expectSame(dev.outputs.path, prod.outputs.path);
});

test("container and host give tree, filesystem, disk, VHD and qcow2 the same identity", () => {
  expect(onHost.outputs.dataDigests).toEqual(dev.outputs.dataDigests);
  expect(new Set(dev.outputs.dataDigests as string[]).size).toBe(5);
});

test("container and host write the same raw disk, qcow2 and exported VHD to the byte", async () => {
  await expectSame(dev.outputs.dataPath, onHost.outputs.dataPath);
  await expectSame(dev.outputs.qcow2Path, onHost.outputs.qcow2Path);
  const vhd = ({ project }: Made) => join(project.folder, "disk.vhd");
  await expectSame(vhd(dev), vhd(onHost));
});
