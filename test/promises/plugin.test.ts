import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyFiles } from "./fixture.ts";
import { makeFaceProject } from "./plugin-project.ts";
import type { Project, Run } from "./project.ts";

/** A disk from an image, by resources that each face has. */
const program = `import { Bootloader, DiskImage, Filesystem, Initramfs, Kernel, PartitionLayout, Rootfs } from "./face.ts";
const seed = "the same";
const web = new Rootfs("web", { source: { dockerfile: { context: "." } } });
const kernel = new Kernel("kernel", { kernels: web.kernels });
const initramfs = new Initramfs("initramfs", { kernels: web.kernels });
const { layout } = new PartitionLayout("layout", {
  seed,
  diskSizeMiB: 192,
  partitions: [{ name: "root", bootable: true, mountPoint: "/", sizing: web.sizing }],
});
const boot = new Bootloader("boot", {
  rootUuid: layout.partitions[0].uuid,
  kernel: { ref: kernel.ref, path: kernel.path },
  initrd: { ref: initramfs.ref, path: initramfs.path },
  commandLine: process.env.TEST_COMMAND_LINE ?? "rw",
});
const root = new Filesystem("root", {
  tree: web.ref,
  partition: layout.partitions[0],
  installs: boot.installs,
});
const disk = new DiskImage("disk", {
  layout,
  filesystems: [{ partition: "root", content: root.ref }],
  blobs: boot.blobs,
});
export const digests = [web, kernel, initramfs, root, disk].map(({ ref }) => ref.digest);
`;
const all = ["boot", "disk", "initramfs", "kernel", "layout", "root", "web"];

let project: Project;
let first: Run;

beforeAll(async () => {
  project = await makeFaceProject("plugin", program, tinyFiles);
  first = await project.up();
});
afterAll(() => project?.dispose());

function changed({ operations }: Run): string[] {
  return Object.entries(operations)
    .filter(([name, operation]) => operation !== "same" && name !== "fixture-test")
    .map(([name, operation]) => `${operation} ${name}`)
    .sort();
}

function previewed(names: readonly string[]): string[] {
  return names.map((name) => `update ${name}`).sort();
}

test("the plugin makes every link of the chain, with the digests of the dynamic face", async () => {
  expect(changed(first)).toEqual(all.map((name) => `create ${name}`));
  const dynamic = await makeFaceProject("dynamic", program, tinyFiles);
  try {
    expect((await dynamic.up()).outputs).toEqual(first.outputs);
  } finally {
    await dynamic.dispose();
  }
});

test("a second preview and a second up change nothing", async () => {
  expect(changed(await project.preview())).toEqual([]);
  expect(changed(await project.up())).toEqual([]);
});

const follows = ["disk", "root", "web"];
test.each([
  ["a changed COPY file", "site/index.html", "two", follows],
  ["a file more", "site/more.html", "more", follows],
  ["a comment in the Dockerfile", "Dockerfile", `# why\n${tinyFiles.Dockerfile}`, ["web"]],
  ["another kernel", "boot/vmlinuz-1.0", "another", ["kernel", ...follows]],
  ["another initrd", "boot/initrd.img-1.0", "another", ["initramfs", ...follows]],
])(
  "a preview shows what follows from %s, and up does exactly that",
  async (_, file, text, names) => {
    await project.write(file, text);
    expect(changed(await project.preview())).toEqual(previewed(names));
    expect(changed(await project.up())).toEqual(previewed(names));
  },
);

test("a preview shows what follows from another command line, and up does exactly that", async () => {
  const env = { TEST_COMMAND_LINE: "rw panic=0" };
  const again = await project.checkoutElsewhere({ env });
  const names = ["boot", "disk", "root"];
  expect(changed(await again.preview())).toEqual(previewed(names));
  expect(changed(await again.up())).toEqual(previewed(names));
});
