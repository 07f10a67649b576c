import { gptBlobs } from "./gpt.ts";
import { mbrBlob } from "./mbr.ts";
import type { Blob, Table } from "./table.ts";

/** The partition table as bytes: from byte 440 on, so that boot code keeps the bytes before it. */
export function tableBlobs(table: Table): Blob[] {
  return table.table === "gpt" ? gptBlobs(table) : [mbrBlob(table)];
}
