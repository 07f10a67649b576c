import { ContentError } from "../../errors.ts";
import type { Image } from "../image/open-image.ts";
import { openVolume } from "../image/open-volume.ts";
import { region } from "../image/region.ts";
import { type Partition, type PartitionMap, readPartitionMap } from "../image/table.ts";
import type { FileEntry, Volume } from "../image/volume.ts";
import { type BootConfig, findBootConfigs } from "./boot-config.ts";

/** A filesystem of an image with what it holds. */
export interface Filesystem {
  readonly volume: Volume;
  /** Undefined where this program cannot list the format, or `unreadable` says why not this one. */
  readonly entries?: readonly FileEntry[];
  readonly unreadable?: string;
  readonly bootConfigs: readonly BootConfig[];
}

/** A partition with its filesystem; the whole image where there is no partition table. */
export interface Part {
  readonly partition?: Partition;
  readonly filesystem?: Filesystem;
}

/** Everything that inspect says about an image. */
export interface Look {
  readonly image: Image;
  readonly sizeBytes: number;
  readonly map?: PartitionMap;
  /** The filesystem of a medium that is an ISO as well as a disk comes first. */
  readonly parts: readonly Part[];
}

/** Looks at all of an image: its partitions, their filesystems, every path in them, and how it boots. */
export async function lookAt(
  image: Image,
  { signal, progress = () => {} }: { signal: AbortSignal; progress?: (text: string) => void },
): Promise<Look> {
  const { source, tree } = image;
  if (tree)
    return { image, sizeBytes: tree.sizeBytes, parts: [{ filesystem: await lookInto(tree) }] };
  if (!source) return { image, sizeBytes: 0, parts: [] };
  const whole = await openVolume(source);
  const map = await readPartitionMap(source);
  const parts: Part[] = [];
  if (whole && (!map || whole.type === "iso9660"))
    parts.push({ filesystem: await lookInto(whole) });
  for (const partition of whole && whole.type !== "iso9660" ? [] : (map?.partitions ?? [])) {
    signal.throwIfAborted();
    progress(`reads partition ${partition.number}`);
    const volume = await openVolume(region(source, partition.offsetBytes, partition.sizeBytes));
    // The partition that an ISO says all of itself is, or the one that holds its own filesystem again.
    const isWhole = volume?.type === "iso9660" && whole?.type === "iso9660";
    parts.push({ partition, ...(volume && !isWhole && { filesystem: await lookInto(volume) }) });
  }
  const isDisk = map && (!whole || whole.type === "iso9660");
  return { image, sizeBytes: source.sizeBytes, parts, ...(isDisk && { map }) };
}

/** A filesystem that is damaged, or was not unmounted, is still told of, as far as it goes. */
async function lookInto(volume: Volume): Promise<Filesystem> {
  try {
    const entries = await volume.list?.();
    if (!entries) return { volume, bootConfigs: [] };
    return { volume, entries, bootConfigs: await findBootConfigs(volume, entries) };
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    return { volume, bootConfigs: [], unreadable: error.message };
  }
}

/** True where all that can be read of an image could. */
export function isReadable({ parts }: Look): boolean {
  return parts.every(({ filesystem }) => filesystem?.unreadable === undefined);
}
