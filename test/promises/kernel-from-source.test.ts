import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallSource, writeFiles } from "../tools/kernel/small-source.ts";
import { containersDuring, type InspectedContainer, inspectDuring } from "./containers.ts";
import { makeProject, type Project, type Run } from "./project.ts";

const kernelProgram = `import * as bw from "bootwright";
const kernel = new bw.Kernel("kernel", {
  source: { directory: "linux" },
  baseConfig: "tinyconfig",
  options: [
    { name: "HOSTNAME", value: process.env.TEST_NAME ?? "one" },
    ...(process.env.TEST_LOST ? [{ name: "NEEDS_NET", value: "y" }] : []),
  ],
});
export const kernelDigest = kernel.ref.digest;
export const version = kernel.version;
`;
/** A disk that starts a kernel from source, on the tree of an image that has none. */
const diskProgram = `${kernelProgram}
const files = new bw.Rootfs("files", { source: { dockerfile: { context: "image" } } });
const initramfs = new bw.Initramfs("initramfs", { tree: files.ref, init: { run: "shell" } });
const { layout } = new bw.PartitionLayout("layout", {
  partitions: [{ name: "root", bootable: true, mountPoint: "/", sizing: files.sizing }],
});
const root = layout.partitions[0];
const bootloader = new bw.Bootloader("bootloader", {
  rootUuid: root.uuid,
  kernel: { ref: kernel.ref, path: kernel.path },
  initrd: { ref: initramfs.ref, path: initramfs.path },
});
const filesystem = new bw.Filesystem("filesystem", {
  tree: files.ref,
  partition: root,
  installs: bootloader.installs,
});
new bw.DiskImage("disk", {
  layout,
  filesystems: [{ partition: "root", content: filesystem.ref }],
  blobs: bootloader.blobs,
});
`;
/** A kernel that has its machine in it. */
const builtInProgram = `import * as bw from "bootwright";
const files = new bw.Rootfs("files", { source: { dockerfile: { context: "image" } } });
const initramfs = new bw.Initramfs("initramfs", {
  ...{ tree: files.ref, init: { run: "shell" }, compression: "none" },
});
new bw.Kernel("kernel", {
  ...{ source: { directory: "linux" }, baseConfig: "tinyconfig", initramfs: initramfs.ref },
});
`;

const image = { "image/Dockerfile": "FROM busybox\nCOPY site/ /srv/\n", "image/site/a": "one" };
const linux = Object.fromEntries(
  Object.entries(smallSource).map(([path, content]) => [`linux/${path}`, content]),
);
const env: Record<string, string> = {};
let project: Project;
let first: Run;
let containers: readonly InspectedContainer[];

beforeAll(async () => {
  project = await makeProject(diskProgram, { ...image, ...linux }, env);
  ({ result: first, inspected: containers } = await inspectDuring(project.store, () =>
    project.up(),
  ));
});
afterAll(() => project?.dispose());

function changed(run: Run): string[] {
  const all = Object.entries(run.operations).filter(([, operation]) => operation !== "same");
  return all.map(([name, operation]) => `${operation} ${name}`).sort();
}

test("a kernel from source starts a disk", () => {
  expect(first.outputs.version).toBe("6.1.0-small");
  expect(changed(first)).toEqual(
    ["bootloader", "disk", "files", "filesystem", "initramfs", "kernel", "layout"].map(
      (name) => `create ${name}`,
    ),
  );
});

test("it is built in its own toolbox without root, capabilities or a network", () => {
  // What keeps the place of a build open, in which make runs; a cat of a file is a probe of the store.
  expect(containers.filter(({ Args }) => Args[2] === "cat" && Args.length === 3)).toHaveLength(1);
  for (const { Config, HostConfig } of containers) {
    expect(Config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(HostConfig).toMatchObject({
      ...{ Privileged: false, CapAdd: null, CapDrop: ["ALL"], NetworkMode: "none" },
      ...{ SecurityOpt: ["no-new-privileges"], ReadonlyRootfs: true, Devices: [] },
    });
  }
});

test("a changed file of the Dockerfile does not rebuild the kernel", async () => {
  await project.write("image/site/a", "two");
  expect(changed(await project.up())).toEqual(
    ["bootloader", "disk", "files", "filesystem", "initramfs"].map((name) => `update ${name}`),
  );
});

test("a changed option rebuilds the kernel and what takes it: not the tree, the initramfs or the layout", async () => {
  env.TEST_NAME = "two";
  const again = await project.checkoutElsewhere({ env });
  const run = await again.up();
  expect(changed(run)).toEqual(
    ["bootloader", "disk", "filesystem", "kernel"].map((name) => `update ${name}`),
  );
  expect(run.outputs.kernelDigest).not.toBe(first.outputs.kernelDigest);
  expect(changed(await again.up())).toEqual([]);
});

test("a changed file of the source rebuilds the kernel, what git keeps beside it does not", async () => {
  const again = await project.checkoutElsewhere({ env });
  await writeFiles(join(again.folder, "linux"), { ".git/HEAD": "ref: refs/heads/main\n" });
  expect(changed(await again.up())).toEqual([]);
  await writeFiles(join(again.folder, "linux"), { "init/main.c": "long main;\n" });
  expect(changed(await again.up())).toContain("update kernel");
});

test("an initramfs that is built into a kernel builds it again when it changes, and only then", async () => {
  const other = await makeProject(builtInProgram, { ...image, ...linux });
  try {
    await other.up();
    expect(changed(await other.up())).toEqual([]);
    await other.write("image/site/a", "two");
    expect(changed(await other.up())).toEqual(
      ["files", "initramfs", "kernel"].map((name) => `update ${name}`),
    );
  } finally {
    await other.dispose();
  }
});

test("another project finds the kernel of the same plan in the shared store, and starts nothing", async () => {
  const shared = { BOOTWRIGHT_STORE: project.store };
  const other = await makeProject(kernelProgram, linux, shared);
  try {
    const { result, started } = await containersDuring(project.store, () => other.up());
    expect(result.outputs.kernelDigest).toBe(first.outputs.kernelDigest);
    expect(started).toEqual([]);
  } finally {
    await other.dispose();
  }
});

test("an option that does not survive stops the update with its name, and what it depends on", async () => {
  const other = await makeProject(kernelProgram, linux, { TEST_LOST: "1" });
  try {
    expect(await other.failingUp()).toContain(
      "options: NEEDS_NET=y became n: it depends on NET (NET is n)",
    );
  } finally {
    await other.dispose();
  }
});
