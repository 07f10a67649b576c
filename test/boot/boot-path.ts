import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findResource } from "../../provider/flow/index.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { BootInstall, DiskBlob } from "../../provider/plan/boot-files.ts";
import type { Layout, Partition } from "../../provider/plan/layout.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import type { Context } from "../../provider/resource.ts";

/** Checks and makes a resource, as both faces do. */
export async function make(
  name: string,
  given: object,
  ctx: Context,
): Promise<Record<string, unknown>> {
  const resource = findResource(name)!;
  const checked = await checkInputs(resource, { ...given }, ctx);
  if (checked.problems.length > 0) throw new Error(JSON.stringify(checked.problems));
  return put(resource, checked.inputs, ctx);
}

/** What a disk holds beside its boot loader. */
export interface Content {
  readonly tree: Ref;
  readonly kernel: Ref;
  /** Where the tree has that kernel; without it the boot loader places it. */
  readonly kernelPath?: string;
  /** Without one the kernel mounts the root itself. */
  readonly initrd?: Ref;
}

/** A busybox image as a tree. */
export async function busyboxTree(ctx: Context): Promise<Ref> {
  const context = join(ctx.cwd, "busybox");
  await mkdir(context, { recursive: true });
  await writeFile(join(context, "Dockerfile"), "FROM busybox\nRUN mkdir -p /boot\n");
  return (await make("Rootfs", { source: { dockerfile: { context } } }, ctx)).ref as Ref;
}

/** Bytes as an artefact. */
export async function file(bytes: Uint8Array, ctx: Context): Promise<Ref> {
  return { kind: "file", digest: await ctx.store.putBytes(bytes), recipe: "" };
}

/** A way to start: the table, the partitions before the root, and the boot loader. */
export interface BootPath {
  readonly table: "mbr" | "gpt";
  readonly before: readonly object[];
  readonly bootloader: { readonly type: string };
}

export const biosBoot = { name: "core", type: "bios-boot", sizeMiB: 1 };
export const esp = { name: "esp", type: "esp", sizeMiB: 48 };

/** What was made for a disk. */
export interface MadeDisk {
  readonly layout: Layout;
  readonly installs: readonly BootInstall[];
  readonly blobs: readonly DiskBlob[];
  /** Filesystems by partition. */
  readonly contents: Readonly<Record<string, Ref>>;
  readonly disk: Ref;
}

/** Makes a disk with one boot loader, and the tree on ext4: all of it in the last partition, or the parts where others are mounted. */
export async function diskOf(path: BootPath, content: Content, ctx: Context): Promise<MadeDisk> {
  const { table, before, bootloader } = path;
  const byBiosAlone = bootloader.type === "extlinux";
  const root = { name: "root", mountPoint: "/", sizeMiB: 64, bootable: byBiosAlone };
  const asked = { seed: "demo", table, roundToMiB: 1, partitions: [...before, root] };
  const layout = (await make("PartitionLayout", asked, ctx)).layout as Layout;
  const place = byBiosAlone ? { table } : { layout };
  const told = { ...place, ...toldKernel(content, layout), consoles: ["ttyS0"], ...bootloader };
  const { installs, blobs } = (await make("Bootloader", told, ctx)) as unknown as Pick<
    MadeDisk,
    "installs" | "blobs"
  >;
  const contents: Record<string, Ref> = {};
  for (const partition of layout.partitions.filter(({ filesystem }) => filesystem !== "")) {
    const given = { type: partition.filesystem, partition, installs };
    const held = treeIn(partition, content.tree, layout);
    contents[partition.name] = (await make("Filesystem", { ...given, ...held }, ctx)).ref as Ref;
  }
  const filesystems = Object.entries(contents).map(([name, ref]) => ({
    ...{ partition: name, content: ref },
  }));
  const disk = (await make("DiskImage", { layout, filesystems, blobs }, ctx)).ref as Ref;
  return { layout, installs, blobs, contents, disk };
}

function toldKernel({ kernel, kernelPath = "", initrd }: Content, { partitions }: Layout): object {
  const given = { kernel: { ref: kernel, path: kernelPath } };
  if (initrd) return { ...given, initrd: { ref: initrd }, commandLine: "no_timer_check" };
  const commandLine = `no_timer_check quiet ro root=PARTUUID=${partitions.at(-1)?.partUuid}`;
  return { ...given, commandLine };
}

/** The part of a tree that a partition holds. */
function treeIn({ mountPoint }: Partition, tree: Ref, { partitions }: Layout): object {
  if (mountPoint === "") return {};
  const mounted = partitions.filter((partition) => partition.mountPoint !== "");
  return { tree, subtree: mountPoint, ...(mounted.length > 1 && { mounts: mounted }) };
}
