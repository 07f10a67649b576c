import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { gceDiskBytes, writeGceArchive } from "../../convert/gce-archive.ts";
import { writeOva } from "../../convert/ova.ts";
import { type Conversion, convertDisk } from "../../convert/qemu-image.ts";
import { writeZstd } from "../../convert/zstd-image.ts";
import { type Ref, refSchema } from "../../plan/ref.ts";
import { planVhd, vhdObject, virtualSizeBytes } from "../../plan/vhd.ts";
import { type Context, defineResource } from "../../resource.ts";
import { commitFile } from "../../store/commit-file.ts";
import { sha256File } from "../../store/verify.ts";

/**
 * The same disk in another format. A fixed VHD is a view (disk, zeros, footer) that takes no space; the others are files.
 * Rebuilt when the disk, the format or the tools change.
 *
 * @example
 * const vhd = new bootwright.ConvertedImage("vhd", { image: disk.ref, format: "vhd" });
 */
const formats = ["vhd", "qcow2", "vdi", "vhdx", "vmdk", "gce", "ova", "zst"] as const;
type FileFormat = Exclude<(typeof formats)[number], "vhd">;

const inputs = z.strictObject({
  image: refSchema.describe("The raw disk: `ref` of a DiskImage."),
  format: z
    .enum(formats)
    .describe(
      "`vhd`: fixed, a whole number of MiB, as Azure wants it. `qcow2`: for QEMU, libvirt, KubeVirt and OpenStack. `vdi`: for VirtualBox. `vhdx`: dynamic, for Hyper-V. `vmdk`: compressed (streamOptimized), for VMware. `gce`: the tar.gz that Google Cloud makes images from, a whole number of GiB. `ova`: a machine of 1 CPU and 1 GiB with such a VMDK, for VMware and VirtualBox. `zst`: the raw disk compressed with zstd, for an installer.",
    ),
  exportTo: z
    .string()
    .min(1)
    .optional()
    .describe("Path, relative to the project, that the image is also written to."),
});

const outputs = z.strictObject({
  ref: refSchema.describe("The converted image."),
  format: z.enum(formats).describe("As in the input."),
  sizeBytes: z.int().describe("Size of the image file."),
  virtualSizeBytes: z.int().describe("Size of the disk that the machine sees."),
  rawSha256: z
    .string()
    .optional()
    .describe("Of `zst`: SHA-256 of the disk's bytes, in hex, for who writes and reads them back."),
});

interface Plan {
  readonly image: Ref;
  readonly format: (typeof formats)[number];
}
type Outputs = z.output<typeof outputs>;

export const ConvertedImage = defineResource({
  name: "ConvertedImage",
  description: "A disk image in another format.",
  version: 1,
  inputs,
  outputs,
  packages: ["qemu-utils", "gzip", "zlib1g", "zstd", "libzstd1"],
  rules: ({ image }) =>
    image && image.kind !== "disk"
      ? [
          {
            property: "image",
            reason: `must be a disk, such as DiskImage.ref, not a ${image.kind}`,
          },
        ]
      : [],
  plan: ({ image, format }): Plan => ({ image, format }),
  known: ({ format }) => ({ format }),
  make: ({ image, format }, ctx) =>
    format === "vhd" ? makeVhd(image, ctx) : makeFile(format, image, ctx),
});

async function makeVhd(image: Ref, ctx: Context): Promise<Outputs> {
  const { size } = await stat(await ctx.materialise(image));
  const vhd = planVhd(image.digest, size);
  const { text, digest } = vhdObject(vhd);
  await ctx.store.stage(async (folder) => {
    const file = join(folder, "vhd.json");
    await writeFile(file, text);
    const needs = [{ kind: "disk" as const, digest: image.digest }];
    await ctx.store.commit({ kind: "vhd", digest, file, needs });
  });
  return {
    ref: { kind: "vhd", digest, recipe: "" },
    format: "vhd",
    sizeBytes: vhd.sizeBytes,
    virtualSizeBytes: virtualSizeBytes(size),
  };
}

/** An image as a file of its own. */
async function makeFile(format: FileFormat, image: Ref, ctx: Context): Promise<Outputs> {
  const disk = await ctx.materialise(image);
  const { size } = await stat(disk);
  return ctx.store.stage(async (folder) => {
    const file = await writeFormat(format, { disk, digest: image.digest, folder }, ctx);
    return {
      ...(await commitFile(file, ctx)),
      format,
      virtualSizeBytes: format === "gce" ? gceDiskBytes(size) : size,
      ...(format === "zst" && { rawSha256: await hexSha256(disk, ctx.signal) }),
    };
  });
}

async function hexSha256(file: string, signal: AbortSignal): Promise<string> {
  return (await sha256File(file, signal)).replace("sha256:", "");
}

async function writeFormat(
  format: FileFormat,
  conversion: Conversion,
  ctx: Context,
): Promise<string> {
  if (format === "gce") return writeGceArchive(conversion, ctx);
  if (format === "ova") return writeOva(conversion, ctx);
  if (format === "zst") return writeZstd(conversion, ctx);
  const file = join(conversion.folder, `disk.${format}`);
  await convertDisk(format, file, conversion, ctx);
  return file;
}
