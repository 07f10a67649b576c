import type { DiskBlob } from "./boot-files.ts";
import { canonicalJson, digestOf, sha256 } from "./canonical.ts";
import { tableBlobs } from "./partition-table.ts";
import type { Ref } from "./ref.ts";
import type { Table } from "./table.ts";

/** Part of every disk's digest: raised when the same parts give other bytes. */
const writerVersion = 1;

/** A filesystem and the partition that it fills. */
export interface DiskPart {
  readonly name: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly content: Ref;
}

/** What decides a disk: its table, what lies in its partitions and what lies outside them. */
export interface DiskPlan {
  readonly table: Table;
  readonly parts: readonly DiskPart[];
  readonly blobs: readonly DiskBlob[];
}

/** Identity of a disk, from the identities of its parts: no gigabyte is hashed to name it. */
export function diskDigest({ table, parts, blobs }: DiskPlan): string {
  return digestOf({
    writer: writerVersion,
    sizeBytes: table.sizeBytes,
    table: tableBlobs(table).map(({ offsetBytes, bytes }) => [offsetBytes, sha256(bytes)]),
    parts: [...parts, ...blobs]
      .map(({ offsetBytes, content }) => [offsetBytes, content.kind, content.digest] as const)
      .sort(([a], [b]) => a - b),
  });
}

/** A partition whose ext4 filesystem became another one. */
export interface ChangedPart extends Pick<DiskPart, "name" | "offsetBytes"> {
  readonly old: Ref;
  readonly next: Ref;
}

/** The filesystems in which two disks differ; undefined where they differ in something else than what ext4 filesystems hold. */
export function changedParts(old: DiskPlan, next: DiskPlan): readonly ChangedPart[] | undefined {
  if (frame(old) !== frame(next)) return undefined;
  return next.parts.flatMap(({ name, offsetBytes, content }, index) => {
    const before = old.parts[index]!.content;
    return before.digest === content.digest
      ? []
      : [{ name, offsetBytes, old: before, next: content }];
  });
}

/** All of a disk but what its ext4 filesystems hold. */
function frame({ table, parts, blobs }: DiskPlan): string {
  return canonicalJson({
    table,
    parts: parts.map(({ offsetBytes, sizeBytes, content: { kind, digest } }) => [
      ...[offsetBytes, sizeBytes, kind],
      ...(kind === "ext4" ? [] : [digest]),
    ]),
    blobs: blobs.map(({ offsetBytes, content }) => [offsetBytes, content.digest]),
  });
}

/** A piece of a disk with its name in messages. */
export interface Piece {
  readonly what: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** Why pieces cannot lie on a disk together: two share a byte, or one ends beyond the disk; undefined when they can. */
export function collision(pieces: readonly Piece[], diskBytes: number): string | undefined {
  const inOrder = [...pieces].sort((a, b) => a.offsetBytes - b.offsetBytes);
  let before: Piece | undefined;
  for (const piece of inOrder) {
    const end = piece.offsetBytes + piece.sizeBytes;
    if (end > diskBytes)
      return `${piece.what} ends at byte ${end} but the disk has ${diskBytes} bytes`;
    if (before && before.offsetBytes + before.sizeBytes > piece.offsetBytes)
      return `${before.what} (to byte ${before.offsetBytes + before.sizeBytes}) and ${piece.what} (from byte ${piece.offsetBytes}) overlap`;
    before = piece;
  }
  return undefined;
}
