import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../resource.ts";
import { dataRanges, dataWindows } from "../store/data-ranges.ts";
import { openFile } from "../store/vhd-view.ts";
import { tarEnd } from "../tree/tar-writer.ts";
import type { Conversion } from "./qemu-image.ts";
import { sparseHeader } from "./sparse-tar.ts";

const GiB = 1024 ** 3;
const block = 512;

/** Size of the machine's disk: Google Cloud refuses what is not a whole number of GiB. */
export function gceDiskBytes(diskBytes: number): number {
  return Math.ceil(diskBytes / GiB) * GiB;
}

/**
 * Writes the archive that Google Cloud makes images from: `disk.raw` in a sparse tar, in gzip. Holes cost nothing. The gzip of Debian
 * and not Node's, whose bytes differ from processor to processor.
 */
export async function writeGceArchive(
  { disk, folder }: Conversion,
  ctx: Pick<Context, "runner" | "signal">,
): Promise<string> {
  const tar = join(folder, "disk.tar");
  await writeSparseTar(disk, tar, ctx.signal);
  await ctx.runner.run(
    {
      tool: "gzip",
      args: ["-n", "-6", tar],
      purpose: "to compress the disk image for Google Cloud",
      writes: folder,
      package: "gzip",
    },
    { signal: ctx.signal },
  );
  return `${tar}.gz`;
}

async function writeSparseTar(disk: string, tar: string, signal: AbortSignal): Promise<void> {
  const source = await openFile(disk);
  const target = await open(tar, "wx");
  try {
    const data = (await dataRanges(source, signal)).map(({ start, end }) => ({
      start,
      end: Math.ceil(end / block) * block,
    }));
    const sizeBytes = gceDiskBytes(source.sizeBytes);
    await target.writeFile(sparseHeader({ name: "disk.raw", sizeBytes, data }));
    for await (const window of dataWindows(source, signal))
      for (const { start, end } of window.data) {
        const bytes = window.bytes.subarray(start - window.offset, end - window.offset);
        await target.writeFile(bytes);
        await target.writeFile(Buffer.alloc((block - (bytes.length % block)) % block));
      }
    await target.writeFile(tarEnd);
  } finally {
    await target.close();
    await source.close();
  }
}
