import type { Layout } from "./layout.ts";

/** Bytes with their place on the disk. */
export interface Blob {
  readonly offsetBytes: number;
  readonly bytes: Uint8Array;
}

/** What a partition table needs to know of a partition. */
export type TableEntry = Pick<
  Layout["partitions"][number],
  "name" | "type" | "startSector" | "sectors" | "bootable" | "attributes" | "partUuid"
>;

/** What decides the bytes of a partition table. */
export interface Table extends Pick<Layout, "table" | "diskSignature" | "sizeBytes"> {
  readonly partitions: readonly TableEntry[];
}
