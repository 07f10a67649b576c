import fc from "fast-check";
import { expect, test } from "vitest";
import {
  changes,
  decodeHashes,
  encodeHashes,
  filledRanges,
  hashChunks,
} from "../../../provider/publish/chunk-hashes.ts";

const chunk = 64 * 1024;
/** A disk whose chunks are each filled with one number, and a footer that makes the last one short. */
const disk = (fills: readonly number[]) =>
  Buffer.concat([...fills.map((fill) => Buffer.alloc(chunk, fill)), Buffer.alloc(512, 9)]);
const hash = (bytes: Buffer) =>
  hashChunks({
    sizeBytes: bytes.length,
    read: async (offset, into) =>
      into.subarray(0, bytes.copy(into, 0, offset, offset + into.length)),
    close: async () => {},
  });
const fills = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 130 });

test("what changed, put over a copy of the last disk, gives the next one", async () => {
  await fc.assert(
    fc.asyncProperty(fills, fills, async (a, b) => {
      const [last, next] = [
        disk(a),
        disk([...b, ...Array(Math.max(0, a.length - b.length)).fill(0)]),
      ];
      const copy = Buffer.alloc(next.length);
      last.copy(copy);
      const { changed, cleared } = changes(await hash(last), await hash(next));
      for (const { start, end } of cleared) copy.fill(0, start, end);
      for (const { start, end } of changed) next.copy(copy, start, start, end);
      expect(copy.equals(next)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test("nothing that is the same, and no zeros, are sent", async () => {
  const last = await hash(disk([1, 1, 0, 2, 2]));
  const next = await hash(disk([1, 2, 0, 0, 2]));
  expect(changes(last, next)).toEqual({
    changed: [{ start: chunk, end: 2 * chunk }],
    cleared: [{ start: 3 * chunk, end: 4 * chunk }],
  });
  expect(changes(last, last)).toEqual({ changed: [], cleared: [] });
  expect(filledRanges(next)).toEqual([
    { start: 0, end: 2 * chunk },
    { start: 4 * chunk, end: 5 * chunk + 512 },
  ]);
});

test("a list of hashes says the same after a journey as bytes, and takes 32 of them for a chunk", async () => {
  const hashes = await hash(disk([1, 0, 0, 2, 1, 0]));
  const bytes = encodeHashes(hashes);
  expect(decodeHashes(bytes)).toEqual(hashes);
  expect(bytes.length - bytes.indexOf("\n") - 1).toBe(4 * 32);
  const other = Buffer.from(bytes.toString("latin1").replace('"format":1', '"format":2'), "latin1");
  expect(decodeHashes(other)).toBeUndefined();
});
