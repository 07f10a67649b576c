import { createHash } from "node:crypto";
import { joinRanges, type Range } from "../plan/ranges.ts";
import { chunkBytes, dataWindows } from "../store/data-ranges.ts";
import type { ByteSource } from "../store/vhd-view.ts";

/** What a disk holds, chunk by chunk. */
export interface ChunkHashes {
  readonly sizeBytes: number;
  /** SHA-256 (hex) of every chunk that is not all zeros, by its number, ascending. */
  readonly chunks: ReadonlyMap<number, string>;
}

/** Reads a source once and hashes what is not zero. */
export async function hashChunks(source: ByteSource, signal?: AbortSignal): Promise<ChunkHashes> {
  const chunks = new Map<number, string>();
  for await (const { offset, bytes, data } of dataWindows(source, signal))
    for (const { start, end } of data)
      for (let at = start; at < end; at += chunkBytes) {
        const chunk = bytes.subarray(at - offset, Math.min(at + chunkBytes, end) - offset);
        chunks.set(at / chunkBytes, createHash("sha256").update(chunk).digest("hex"));
      }
  return { sizeBytes: source.sizeBytes, chunks };
}

/** Where there is something, in whole chunks. */
export function filledRanges({ sizeBytes, chunks }: ChunkHashes): Range[] {
  return joinRanges([...chunks.keys()].map((chunk) => rangeOf(chunk, sizeBytes)));
}

/** What has to be sent, and what has to be cleared, to make the next disk of a copy of the last one, which must not be larger. */
export function changes(
  last: ChunkHashes,
  next: ChunkHashes,
): { changed: Range[]; cleared: Range[] } {
  const ranges = (numbers: number[]) => joinRanges(numbers.map((n) => rangeOf(n, next.sizeBytes)));
  const filled = [...next.chunks.keys()];
  return {
    changed: ranges(filled.filter((n) => last.chunks.get(n) !== next.chunks.get(n))),
    cleared: ranges([...last.chunks.keys()].filter((n) => !next.chunks.has(n))),
  };
}

function rangeOf(chunk: number, sizeBytes: number): Range {
  return { start: chunk * chunkBytes, end: Math.min((chunk + 1) * chunkBytes, sizeBytes) };
}

/** The list as bytes: a line of JSON that tells which chunks there are, then 32 bytes for each. */
export function encodeHashes({ sizeBytes, chunks }: ChunkHashes): Buffer {
  const numbers = [...chunks.keys()].map((n) => ({ start: n, end: n + 1 }));
  const runs = joinRanges(numbers).map(({ start, end }) => [start, end]);
  const head = `${JSON.stringify({ format: 1, sizeBytes, chunkBytes, runs })}\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from([...chunks.values()].join(""), "hex")]);
}

/** The list out of its bytes, which must be known to be ours; undefined when they are of another format. */
export function decodeHashes(bytes: Buffer): ChunkHashes | undefined {
  const newline = bytes.indexOf("\n");
  const head = JSON.parse(bytes.toString("utf8", 0, newline));
  if (head.format !== 1 || head.chunkBytes !== chunkBytes) return undefined;
  const chunks = new Map<number, string>();
  let at = newline + 1;
  for (const [start, end] of head.runs as [number, number][])
    for (let n = start; n < end; n++, at += 32) chunks.set(n, bytes.toString("hex", at, at + 32));
  return { sizeBytes: head.sizeBytes, chunks };
}
