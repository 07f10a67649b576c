import { type FileHandle, open } from "node:fs/promises";
import { ContentError } from "../../errors.ts";
import { Ext4Reader } from "../../ext4/reader/reader.ts";
import { PartitionBytes } from "../../ext4/reader/source.ts";
import { isExt } from "../../ext4/reader/super-block.ts";
import { ext4Tar, type LeftOut } from "../../ext4/reader/tar.ts";
import { type FoundPartition, readTable } from "../../plan/read-table.ts";
import { noConfig } from "./image-config.ts";
import { LayerWriter } from "./layer-writer.ts";
import { naming } from "./source.ts";
import type { Ingested, IngestOptions } from "./types.ts";

/** What is taken of a raw disk. */
export interface DiskOptions extends IngestOptions {
  /** Number of the partition; without it the only one with an ext2, ext3 or ext4. */
  readonly partition?: number | undefined;
  /** Bytes of the disk, where the file has more. */
  readonly sizeBytes?: number | undefined;
  readonly leftOut: LeftOut;
}

/** Takes the files of a raw disk's ext2, ext3 or ext4 as an image of one layer, without mounting it. */
export async function ingestDisk(path: string, options: DiskOptions): Promise<Ingested> {
  return naming("disk", path, async () => {
    const file = await open(path);
    try {
      const sizeBytes = options.sizeBytes ?? (await file.stat()).size;
      const found = await choose(file, sizeBytes, options.partition);
      const place = new PartitionBytes(file, found.offsetBytes, found.sizeBytes);
      const reader = await Ext4Reader.open(place);
      const writer = new LayerWriter(options);
      const written = await writer.write(ext4Tar(reader, options.leftOut));
      const layer = await writer.finish(written);
      return {
        layers: [{ digest: written.digest, file: layer, inPlace: false }],
        config: noConfig,
      };
    } finally {
      await file.close();
    }
  });
}

async function choose(
  file: FileHandle,
  sizeBytes: number,
  wanted: number | undefined,
): Promise<FoundPartition> {
  const disk = new PartitionBytes(file, 0, sizeBytes);
  const whole = { number: 0, offsetBytes: 0, sizeBytes };
  if (wanted === undefined && (await isExt(disk))) return whole;
  const all = await readTable((offset, length) => disk.read(offset, length), sizeBytes);
  if (wanted !== undefined) {
    const own = all.find(({ number }) => number === wanted);
    if (own) return own;
    const known = all.map(({ number }) => number).join(", ") || "none";
    throw new ContentError(`it has no partition ${wanted} (it has ${known})`);
  }
  const held: FoundPartition[] = [];
  for (const partition of all) {
    const { offsetBytes, sizeBytes: bytes } = partition;
    if (await isExt(new PartitionBytes(file, offsetBytes, bytes))) held.push(partition);
  }
  const [first, second] = held;
  if (first && !second) return first;
  const said = held.map(({ number, sizeBytes: b }) => `${number} (${Math.round(b / 2 ** 20)} MiB)`);
  throw new ContentError(
    first
      ? `it has ${held.length} partitions with an ext2, ext3 or ext4: ${said.join(", ")}`
      : "none of its partitions holds an ext2, ext3 or ext4",
    { hint: first ? "say which one by partition" : "other filesystems are not read" },
  );
}
