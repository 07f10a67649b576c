import { seededUuid } from "./canonical.ts";
import { fatTypeOf } from "./fat-type.ts";
import type { PartitionRequest } from "./layout.ts";
import { codesOf } from "./partition-types.ts";

/** The filesystem of a partition by name; empty for none. */
export function filesystemOf(partition: PartitionRequest): string {
  return partition.filesystem ?? codesOf(partition.type).filesystem;
}

/** The UUID of a partition's filesystem: as given, else made from the seed; FAT has a serial number of 8 digits, a squashfs nothing. */
export function filesystemUuid(seed: string, partition: PartitionRequest): string {
  const filesystem = filesystemOf(partition);
  if (filesystem === "" || filesystem === "squashfs") return "";
  const uuid = partition.uuid ?? seededUuid(seed, partition.name);
  if (!fatTypeOf(filesystem)) return uuid.toLowerCase();
  if (partition.uuid !== undefined) return uuid.toUpperCase();
  return `${uuid.slice(0, 4)}-${uuid.slice(4, 8)}`.toUpperCase();
}
