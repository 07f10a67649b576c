import { open, readFile } from "node:fs/promises";
import { StoreError } from "../errors.ts";
import { joined } from "../tree/lines.ts";
import { Recent } from "../tree/recent.ts";
import { Room } from "../tree/room.ts";
import { writeFully } from "../tree/write-fully.ts";
import { blockSize } from "./format.ts";
import { completePlan, type Ext4Plan } from "./plan.ts";
import { type DataExtent, DataExtents, keyOf } from "./replay/data-extents.ts";

// A plan as a file: a line of magic, the length of the header in 4 bytes, the header as JSON, and then the
// metadata blocks in the order of their numbers. Extents are columns, which JSON parses much faster than objects.

const pieceBlocks = 256;
const magic = Buffer.from("bootwright ext4 plan 1\n");

const columns = ["block", "count", "bytes", "source", "offset"] as const;

interface Header extends Omit<Ext4Plan, "meta" | "data" | "blocksOf"> {
  readonly meta: readonly number[];
  readonly data: Readonly<Record<(typeof columns)[number], readonly number[]>> & {
    readonly key: readonly string[];
  };
}

/** Writes a plan to a file. */
export async function savePlan(plan: Ext4Plan, path: string): Promise<void> {
  const { meta } = plan;
  const length = Buffer.alloc(4);
  const file = await open(path, "w");
  // In pieces, and all of them in the same memory: a second copy of all metadata, or the text of all extents, would be the most that a
  // machine of ours takes.
  const room = new Room(pieceBlocks * blockSize);
  try {
    await file.writeFile(Buffer.concat([magic, length]));
    let bytes = 0;
    for (const text of joined(headerTexts(plan))) {
      const piece = room.encode(text);
      bytes += piece.length;
      await file.writeFile(piece);
    }
    for (let at = 0; at < meta.length; at += pieceBlocks) {
      const blocks = meta.slice(at, at + pieceBlocks);
      const piece = room.take(blocks.length * blockSize);
      for (const [i, block] of blocks.entries()) piece.set(block.bytes, i * blockSize);
      await file.writeFile(piece);
    }
    length.writeUInt32LE(bytes);
    await writeFully(file, length, magic.length);
  } finally {
    await file.close();
  }
}

/** The JSON of a {@link Header}. */
function* headerTexts({ meta, data, blocksOf: _, ...rest }: Ext4Plan): Generator<string> {
  yield `${JSON.stringify(rest).slice(0, -1)},"meta":[`;
  yield* valueTexts(meta, ({ block }) => `${block}`);
  yield '],"data":{';
  for (const column of columns) {
    yield `"${column}":[`;
    yield* valueTexts(data.values(column), String);
    yield "],";
  }
  yield '"key":[';
  yield* valueTexts(data, (extent) => JSON.stringify(keyOf(extent)));
  yield "]}}";
}

/** The values of a column as JSON, with commas between them. */
function* valueTexts<T>(rows: Iterable<T>, value: (row: T) => string): Generator<string> {
  let comma = "";
  for (const row of rows) {
    yield comma + value(row);
    comma = ",";
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
    data: new DataExtents(header.data.block.map((block, i) => extentAt(header.data, block, i))),
  });
  if (plan.digest !== digest) throw damaged("its contents do not have its digest");
  return plan;
}

/** Plans of the store: the disk that holds a filesystem mostly follows its plan. */
export const plans = new Recent<Ext4Plan>(loadPlan);

function extentAt(data: Header["data"], block: number, i: number): DataExtent {
  const key = data.key[i]!;
  const plus = key.lastIndexOf("+");
  return {
    block,
    count: data.count[i]!,
    bytes: data.bytes[i]!,
    source: data.source[i]!,
    offset: data.offset[i]!,
    digest: key.slice(0, plus),
    at: Number(key.slice(plus + 1)),
  };
}
