import { chmod, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyFiles } from "./fixture.ts";
import { makeFaceProject } from "./plugin-project.ts";
import type { Project, Run } from "./project.ts";

/** A disk from an image, by resources that each face has. */
const program = `import { Bootloader, DiskImage, Filesystem, Initramfs, Kernel, PartitionLayout, Rootfs } from "./face.ts";
const seed = "the same";
const { TEST_COMMAND_LINE, TEST_DISK_SIZE, TEST_HOSTNAME } = process.env;
const web = new Rootfs("web", {
  source: { dockerfile: { context: "." } },
  ...(TEST_HOSTNAME ? { hostname: TEST_HOSTNAME } : {}),
});
const kernel = new Kernel("kernel", { kernels: web.kernels });
const initramfs = new Initramfs("initramfs", { kernels: web.kernels });
const { layout } = new PartitionLayout("layout", {
  seed,
  diskSizeMiB: Number(TEST_DISK_SIZE ?? 192),
  partitions: [{ name: "root", bootable: true, mountPoint: "/", sizing: web.sizing }],
});
const boot = new Bootloader("boot", {
  rootUuid: layout.partitions[0].uuid,
  kernel: { ref: kernel.ref, path: kernel.path },
  initrd: { ref: initramfs.ref, path: initramfs.path },
  commandLine: TEST_COMMAND_LINE ?? "rw",
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
type Edit = (project: Project) => Promise<unknown>;
const put =
  (file: string, text: string): Edit =>
  (edited) =>
    edited.write(file, text);

test.each<[string, Edit, string[]]>([
  ["a changed COPY file", put("site/index.html", "two"), follows],
  ["a file more", put("site/more.html", "more"), follows],
  ["other permissions", ({ folder }) => chmod(join(folder, "site/more.html"), 0o755), follows],
  ["a file less", ({ folder }) => rm(join(folder, "site/more.html")), follows],
  ["a comment in the Dockerfile", put("Dockerfile", `# why\n${tinyFiles.Dockerfile}`), ["web"]],
  ["another kernel", put("boot/vmlinuz-1.0", "another"), ["kernel", ...follows]],
  ["another initrd", put("boot/initrd.img-1.0", "another"), ["initramfs", ...follows]],
])("a preview shows what follows from %s, and up does exactly that", async (_, edit, names) => {
  await edit(project);
  expect(changed(await project.preview())).toEqual(previewed(names));
  expect(changed(await project.up())).toEqual(previewed(names));
});

test("a preview names the files behind a change", async () => {
  await project.write("site/index.html", "named");
  await project.write("site/another.html", "named");
  expect((await project.preview()).messages.join("\n")).toContain(
    "the context differs in site/another.html (new), site/index.html",
  );
  await project.up();
});

test.each<[string, Record<string, string>, string[]]>([
  ["another command line", { TEST_COMMAND_LINE: "rw panic=0" }, ["boot", "disk", "root"]],
  ["a host name", { TEST_HOSTNAME: "web" }, follows],
  ["a larger disk", { TEST_DISK_SIZE: "256" }, ["layout", "disk", "root"]],
])("a preview shows what follows from %s, and up does exactly that", async (_, env, names) => {
  const edited = await project.checkoutElsewhere({ env });
  expect(changed(await edited.preview())).toEqual(previewed(names));
  expect(changed(await edited.up())).toEqual(previewed(names));
  // Back to where the next edit starts from.
  await project.up();
});
