// Makes the fixture in every format, as whoever and wherever it is started:
//   node every-format.ts <store> <project folder>
// Prints, as JSON, what each artefact is and where it lies, and the clock that it was made by.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { findResource, findStep } from "../../provider/flow/index.ts";
import { machineDeclarations } from "../../provider/flow/machine.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { openContext } from "../../provider/lifecycle/open-context.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Layout, Partition } from "../../provider/plan/layout.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { resolved } from "../boot/machine.ts";

const [storeRoot = "", cwd = ""] = process.argv.slice(2);
const say = (text: string) => void process.stderr.write(`${text}\n`);
const ctx = await openContext({
  owner: { urn: "urn", project: "project", stack: "stack", name: "web" },
  signal: new AbortController().signal,
  log: { progress: () => undefined, info: say, warn: say },
  find: findStep,
  cwd,
  storeRoot,
});

async function make(name: string, given: Record<string, unknown>) {
  const resource = findResource(name)!;
  const { inputs, problems } = await checkInputs(resource, given, ctx);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return put(resource, inputs, ctx);
}

/** Every format of a disk, by name; the VHD as the file that its view stands for. */
async function formatsOf(name: string, image: Ref): Promise<Record<string, string>> {
  const files: Record<string, string> = { raw: ctx.store.path("disk", image.digest) };
  for (const format of ["vhd", "qcow2", "vdi", "vhdx", "vmdk", "gce", "ova"]) {
    const exportTo = join("out", `${name}.${format}`);
    await make("ConvertedImage", { image, format, exportTo });
    files[format] = join(cwd, exportTo);
  }
  return files;
}

const source = { dockerfile: { context: "." } };
const outputs: Record<string, Record<string, unknown>> = {};
const wishes = { source, hostname: "data", commandLine: "rw", diskSizeMiB: 192 };
for (const { child, resource, inputs } of machineDeclarations(wishes)) {
  const seed = resource === "PartitionLayout" ? { seed: "project/web" } : {};
  outputs[child] = await make(resource, { ...seed, ...(resolved(inputs, outputs) as object) });
}
// A disk that no boot loader writes to: nothing of the host's own tools is in its filesystem.
const { layout } = (await make("PartitionLayout", {
  ...{ seed: "project/data", table: "gpt", roundToMiB: 64 },
  partitions: [{ name: "data", sizing: outputs.rootfs!.sizing, mountPoint: "/data" }],
})) as { layout: { partitions: [Partition] } };
const tree = outputs.rootfs!.ref as Ref;
const data = await make("Filesystem", { tree, partition: layout.partitions[0] });
const filesystems = [{ partition: "data", content: data.ref }];
const disk = await make("DiskImage", { layout, filesystems });

// The whole image in memory, and the disk of one FAT that starts it.
const initramfs: Record<string, string> = {};
let initrd: unknown;
for (const compression of ["none", "gzip", "xz", "zstd"]) {
  const { ref } = await make("Initramfs", { tree, init: { supervise: true }, compression });
  initramfs[compression] = ctx.store.path("file", (ref as Ref).digest);
  initrd = { ref };
}
const tiny = (await make("PartitionLayout", {
  ...{ seed: "project/tiny", diskSizeMiB: 16 },
  partitions: [{ name: "boot", type: "fat16", bootable: true, label: "TINY" }],
})) as { layout: Layout };
const menu = { menuTitle: "A menu", timeoutSeconds: 1 };
const loader = await make("Bootloader", {
  ...{ type: "syslinux", partition: "boot", kernel: { ref: outputs.kernel!.ref }, initrd, ...menu },
});
const boot = await make("Filesystem", {
  ...{ type: "fat16", partition: tiny.layout.partitions[0], installs: loader.installs },
});
const fat = await make("DiskImage", {
  ...{ layout: tiny.layout, blobs: loader.blobs },
  filesystems: [{ partition: "boot", content: boot.ref }],
});

await mkdir(join(cwd, "out"), { recursive: true });
const { partitions } = outputs.layout!.layout as { partitions: [Partition] };
console.log(
  JSON.stringify({
    clock: Date.now(),
    uid: process.getuid?.(),
    decimal: new Intl.NumberFormat().format(1.5),
    zone: new Date(0).getTimezoneOffset(),
    tree: tree.digest,
    ext4: [(outputs.filesystem!.ref as Ref).digest, (data.ref as Ref).digest],
    partition: partitions[0],
    syslinux: await ctx.runner.run({
      tool: "dpkg-query",
      args: ["--show", "syslinux", "syslinux-common"],
      purpose: "to tell which SYSLINUX it is",
      package: "dpkg",
    }),
    machine: await formatsOf("machine", outputs.disk!.ref as Ref),
    data: await formatsOf("data", disk.ref as Ref),
    initramfs,
    fat: ctx.store.path("disk", (fat.ref as Ref).digest),
  }),
);
