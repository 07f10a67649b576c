import fc from "fast-check";
import { expect, test } from "vitest";
import { leaseId } from "../../../provider/publish/azure-lease.ts";
import { judge } from "../../../provider/publish/azure-publish.ts";
import { putRanges, rangesToSend } from "../../../provider/publish/azure-upload.ts";
import {
  fromMetadata,
  type Mark,
  superseded,
  toMetadata,
  type Version,
  versionName,
} from "../../../provider/publish/azure-versions.ts";

const MiB = 1024 * 1024;
const digest = `sha256:${"a".repeat(64)}`;
const name = versionName("p/s/n", digest);
const mark: Mark = { owner: "me", claim: "c", digest, state: "complete", proof: "unproven" };
const previous = { blobName: name, etag: "1", claim: "c", drift: "" };
const job = { digest, sizeBytes: 512, owner: "me", previous };
const blob = (change: Partial<Mark> = {}, etag = "1", contentLength = 512) => ({
  metadata: toMetadata({ ...mark, ...change }),
  contentLength,
  etag,
});

test.each([
  ["absent", undefined, job],
  ["foreign", { metadata: {}, contentLength: 512, etag: "1" }, job],
  ["foreign", blob({ owner: "you", claim: "d" }), job],
  ["complete", blob(), job],
  ["complete", blob({ owner: "my old name" }), job],
  ["begun", blob({ state: "uploading" }, "7"), job],
  ["unsure", blob(), { ...job, previous: undefined }],
  ["unsure", blob(), { ...job, previous: { ...previous, blobName: "p/s/n/other.vhd" } }],
  ["patched", blob({ state: "patching" }, "7", 1024), job],
  ["changed", blob({}, "2"), job],
  ["changed", blob({}, "2"), { ...job, previous: { ...previous, etag: "2", drift: "seen" } }],
  ["changed", blob({ digest: `sha256:${"b".repeat(64)}` }), job],
  ["changed", blob({}, "1", 1024), job],
])("a blob is %s (case %#)", (condition, found, asked) => {
  expect(judge(name, found, asked)).toBe(condition);
});

test("metadata says again what was written, in names and values that Azure takes", () => {
  expect(fromMetadata(toMetadata(mark))).toEqual(mark);
  const listed: Mark = { ...mark, state: "patching", hashes: digest };
  expect(fromMetadata(toMetadata(listed))).toEqual(listed);
  for (const [key, value] of Object.entries(toMetadata(listed))) {
    expect(key).toMatch(/^[a-z_][a-z0-9_]*$/);
    expect(value).toMatch(/^[\x21-\x7e]+$/);
  }
  expect(fromMetadata({ bootwright_owner: "me" })).toBeUndefined();
});

test("the current version and the one before always stay, then the newest, and no half upload does", () => {
  const version = fc.record({
    name: fc.uuid(),
    modified: fc.date({ noInvalidDate: true }),
    state: fc.constantFrom("complete" as const, "uploading" as const),
  });
  const lists = fc.uniqueArray(version, { selector: (v) => v.name, minLength: 2, maxLength: 9 });
  fc.assert(
    fc.property(lists, fc.integer({ min: 2, max: 5 }), (all, retain) => {
      const versions: Version[] = all.map(({ state, ...v }, i) => ({
        ...v,
        etag: v.name,
        mark: { ...mark, state: i < 2 ? "complete" : state },
      }));
      const [current, before] = [versions[0]!.name, versions[1]!.name];
      const gone = superseded(versions, { current, previous: before, retain });
      const kept = versions.filter((v) => !gone.includes(v));
      expect(kept.map((v) => v.name)).toEqual(expect.arrayContaining([current, before]));
      const whole = versions.filter((v) => v.mark.state === "complete");
      expect(kept.length).toBe(Math.min(retain, whole.length));
      const oldestKept = Math.min(...kept.slice(2).map((v) => v.modified.getTime()));
      for (const v of gone)
        if (v.mark.state === "complete")
          expect(v.modified.getTime()).toBeLessThanOrEqual(oldestKept);
    }),
  );
});

test("a lease is a function of the resource and the content, and is a UUID", () => {
  expect(leaseId("me", digest)).toBe(leaseId("me", digest));
  expect(leaseId("you", digest)).not.toBe(leaseId("me", digest));
  expect(leaseId("me", digest)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test("what the server holds is not sent again, and no request is larger than 4 MiB", () => {
  const wanted = [{ start: 0, end: 9 * MiB }];
  expect(rangesToSend(wanted, [{ start: 4 * MiB, end: 8 * MiB }])).toEqual([
    { start: 0, end: 4 * MiB },
    { start: 8 * MiB, end: 9 * MiB },
  ]);
  expect(rangesToSend(wanted, []).map(({ start, end }) => (end - start) / MiB)).toEqual([4, 4, 1]);
});

test.each([
  [{ start: 0, end: 5 * MiB }, 9 * MiB],
  [{ start: 0, end: 1024 }, 512],
  [{ start: 100, end: 612 }, 9 * MiB],
])(
  "the uploader refuses the pages %j of a blob of %d bytes, as Azure would",
  async (range, size) => {
    const source = { sizeBytes: size, read: async () => Buffer.alloc(0), close: async () => {} };
    const { signal } = new AbortController();
    const options = { conditions: { leaseId: "" }, concurrency: 1, signal, progress: () => {} };
    await expect(putRanges({} as never, source, [range], options)).rejects.toThrow(RangeError);
  },
);
