import { ContentError } from "../../errors.ts";
import { shownName } from "../../tree/shown-name.ts";
import type { EntryType } from "../../tree/types.ts";

/** A path of a filesystem; names are latin1, a character a byte, without a leading slash. The root is "". */
export interface FileEntry {
  readonly path: string;
  readonly type: EntryType;
  /** Bytes of a file, else 0. */
  readonly size: number;
  /** Permission bits; undefined where the filesystem keeps none. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since 1970. */
  readonly mtime?: number;
  readonly target?: string;
  /** Numbers of a device, `major:minor`. */
  readonly device?: string;
  readonly xattrs?: readonly (readonly [name: string, value: string])[];
  /** `sha256:…` of the content, where it is known without reading it. */
  readonly digest?: string;
  /** Where the filesystem has it: an inode, a cluster, a sector. Equal for the names of one file. */
  readonly at?: number;
}

/** A filesystem that can be looked into without being mounted. */
export interface Volume {
  /** ext4, fat32, iso9660, squashfs, tree … */
  readonly type: string;
  readonly label: string;
  readonly uuid: string;
  readonly sizeBytes: number;
  /** Bytes in use; undefined where the filesystem does not say. */
  readonly usedBytes?: number;
  /** How many paths it says it has, where they cannot be listed. */
  readonly entryCount?: number;
  /** More about it in words, such as the compression. */
  readonly remarks?: readonly string[];
  /** Every path, parents before their children; undefined where this program cannot read the format. */
  readonly list?: () => Promise<FileEntry[]>;
  /** The bytes of a file in order, in pieces that are valid until the next. */
  readonly content?: (file: FileEntry) => AsyncIterable<Buffer>;
}

/** The most that the paths of one filesystem take together: folders within folders make few names long ones. */
const mostPathBytes = 512 << 20;

/** Adds entries to a list until their paths are too many or too long for memory, which is a ContentError. */
export function pathList(
  what: string,
  mostEntries: number,
): {
  readonly entries: FileEntry[];
  add(entry: FileEntry): void;
} {
  const entries: FileEntry[] = [];
  let bytes = 0;
  return {
    entries,
    add(entry) {
      bytes += entry.path.length;
      if (entries.length > mostEntries || bytes > mostPathBytes)
        throw new ContentError(`The ${what} has more names than it can`);
      entries.push(entry);
    },
  };
}

/** All bytes of a small file; a larger one is a ContentError. */
export async function readSmall(
  volume: Volume,
  file: FileEntry,
  maxBytes: number,
): Promise<Buffer> {
  if (file.size > maxBytes || !volume.content)
    throw new ContentError(
      `${shownName(`/${file.path}`)} has ${file.size} bytes, more than ${maxBytes}`,
    );
  const pieces: Buffer[] = [];
  for await (const piece of volume.content(file)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
