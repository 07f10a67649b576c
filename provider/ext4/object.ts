import { open, readFile } from "node:fs/promises";
import { StoreError } from "../errors.ts";
import { Recent } from "../tree/recent.ts";
import { blockSize } from "./format.ts";
import { completePlan, type Ext4Plan } from "./plan.ts";
import type { DataExtent } from "./replay/place.ts";

// A plan as a file: a line of magic, the length of the header in 4 bytes, the header as JSON, and then the
// metadata blocks in the order of their numbers. Extents are columns, which JSON parses much faster than objects.

const pieceBlocks = 256;
const magic = Buffer.from("bootwright ext4 plan 1\n");

interface Header extends Omit<Ext4Plan, "meta" | "data" | "blocksOf"> {
  readonly meta: readonly number[];
  readonly data: { readonly [Column in keyof DataExtent]: readonly DataExtent[Column][] };
}

/** Writes a plan to a file. */
export async function savePlan(plan: Ext4Plan, path: string): Promise<void> {
  const { meta, data, blocksOf: _, ...rest } = plan;
  const header: Header = {
    ...rest,
    meta: meta.map(({ block }) => block),
    data: {
      block: data.map(({ block }) => block),
      count: data.map(({ count }) => count),
      bytes: data.map(({ bytes }) => bytes),
      source: data.map(({ source }) => source),
      offset: data.map(({ offset }) => offset),
      key: data.map(({ key }) => key),
    },
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const file = await open(path, "w");
  try {
    await file.writeFile([magic, length, json]);
    // In pieces: a second copy of all metadata would be the most that a machine of ours takes.
    for (let at = 0; at < meta.length; at += pieceBlocks) {
      const piece = meta.slice(at, at + pieceBlocks).map(({ bytes }) => bytes);
      await file.writeFile(Buffer.concat(piece));
    }
  } finally {
    await file.close();
  }
}

/** Reads a plan that {@link savePlan} wrote; a damaged one is a StoreError. */
export async function loadPlan(path: string): Promise<Ext4Plan> {
  const file = await readFile(path);
  const damaged = (why: string): StoreError =>
    new StoreError(`The ext4 plan ${path} is damaged: ${why}`, {
      hint: "remove it, and the next run makes it again",
    });
  const start = magic.length + 4;
  if (file.length < start || !file.subarray(0, magic.length).equals(magic)) {
    throw damaged("it does not begin as a plan does");
  }
  const first = start + file.readUInt32LE(magic.length);
  let header: Header;
  try {
    header = JSON.parse(file.toString("utf8", start, first)) as Header;
  } catch {
    throw damaged("its header is not JSON");
  }
  if (file.length !== first + header.meta.length * blockSize) throw damaged("its length is wrong");
  const { digest, ...rest } = header;
  const plan = completePlan({
    ...rest,
    meta: header.meta.map((block, i) => {
      const at = first + i * blockSize;
      return { block, bytes: file.subarray(at, at + blockSize) };
    }),
    data: header.data.block.map((block, i) => extentAt(header.data, block, i)),
  });
  if (plan.digest !== digest) throw damaged("its contents do not have its digest");
  return plan;
}

/** Plans of the store: the disk that holds a filesystem mostly follows its plan. */
export const plans = new Recent<Ext4Plan>(loadPlan);

function extentAt(data: Header["data"], block: number, i: number): DataExtent {
  return {
    block,
    count: data.count[i]!,
    bytes: data.bytes[i]!,
    source: data.source[i]!,
    offset: data.offset[i]!,
    key: data.key[i]!,
  };
}
