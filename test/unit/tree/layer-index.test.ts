import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { encodeIndex, openIndex } from "../../../provider/tree/index-file.ts";
import type { PackedIndex } from "../../../provider/tree/index-rows.ts";
import { indexLayer } from "../../../provider/tree/layer-index.ts";
import { archive, file, header, pax, withFile } from "./tar-bytes.ts";

const sha256 = (bytes: Buffer | string) =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const index = (...parts: Buffer[]) => withFile(archive(...parts), (f) => indexLayer(f));
const page = (fill: string) => Buffer.alloc(4096, fill);

test("pages of zeros are left out of the segments and the digest covers them", async () => {
  const content = Buffer.concat([page("a"), page("\0"), page("b"), page("c"), Buffer.alloc(100)]);
  const members = [...(await index(file("./x", content))).members];
  expect(members).toEqual([
    expect.objectContaining({
      path: "x",
      size: 16484,
      digest: sha256(content),
      segments: [
        [0, 512, 4096],
        [8192, 8704, 8192],
      ],
    }),
  ]);
});

test("a page that begins with zeros is data, and so is a last short page", async () => {
  const content = Buffer.concat([
    Buffer.alloc(4095),
    Buffer.from("x"),
    page("\0"),
    Buffer.from("y"),
  ]);
  const members = [...(await index(file("x", content))).members];
  expect(members[0]!.segments).toEqual([
    [0, 512, 4096],
    [8192, 8704, 1],
  ]);
});

test("a file of zeros has no segments, an empty one no digest either", async () => {
  const members = [...(await index(file("z", Buffer.alloc(10)), file("e", ""))).members];
  expect(members[0]).toMatchObject({ size: 10, digest: sha256(Buffer.alloc(10)), segments: [] });
  expect(members[1]).not.toHaveProperty("digest");
  expect(members[1]).not.toHaveProperty("segments");
});

test("files under boot/ keep their zeros as data", async () => {
  const members = [...(await index(file("boot/x", Buffer.alloc(9000)))).members];
  expect(members[0]!.segments).toEqual([[0, 512, 9000]]);
});

test("content is found across the chunks that the layer is read in", async () => {
  const content = Buffer.alloc(9 << 20, "z");
  content.fill(0, (4 << 20) - 4096, (4 << 20) + 8192);
  const members = [...(await index(file("a", "1"), file("x", content), file("b", "2"))).members];
  expect(members[1]).toMatchObject({
    digest: sha256(content),
    segments: [
      [0, 1536, (4 << 20) - 4096],
      [(4 << 20) + 8192, 1536 + (4 << 20) + 8192, (5 << 20) - 8192],
    ],
  });
  expect(members[2]!.digest).toBe(sha256("2"));
});

test("a sparse member's holes are hashed as zeros, and zeros inside its data are holes too", async () => {
  const map: [string, string][] = [
    ["GNU.sparse.size", "40960"],
    ["GNU.sparse.map", "4096,8192,20480,4096"],
  ];
  const stored = Buffer.concat([page("a"), page("\0"), page("b")]);
  const members = [...(await index(pax(map), file("s", stored))).members];
  const real = Buffer.alloc(40960);
  real.fill("a", 4096, 8192).fill("b", 20480, 24576);
  expect(members[0]).toMatchObject({
    digest: sha256(real),
    segments: [
      [4096, 1536, 4096],
      [20480, 9728, 4096],
    ],
  });
});

test("a sparse member that does not keep to pages is refused by name", async () => {
  const map: [string, string][] = [
    ["GNU.sparse.size", "40960"],
    ["GNU.sparse.map", "512,512"],
  ];
  await expect(index(pax(map), file("s", "x".repeat(512)))).rejects.toThrow(/"s": its sparse map/);
});

test("a layer with other bytes than its digest says is refused", async () => {
  const bytes = Buffer.concat([archive(file("a", "1")), Buffer.alloc(20 << 10)]);
  await withFile(bytes, async (f) => {
    await expect(indexLayer(f, { digest: sha256("") })).rejects.toThrow(sha256(bytes));
    expect([...(await indexLayer(f, { digest: sha256(bytes) })).members]).toHaveLength(1);
  });
});

test("indexing reports its progress and stops when it is aborted", async () => {
  await withFile(archive(file("a", Buffer.alloc(9 << 20, "x"))), async (f) => {
    const seen: number[][] = [];
    await indexLayer(f, { progress: (...at) => seen.push(at) });
    const mebibytes = Array.from({ length: 9 }, (_, n) => (n + 1) << 20);
    expect(seen.map(([done]) => done)).toEqual([...mebibytes, (9 << 20) + 1536]);
    const abort = new AbortController();
    const aborted = indexLayer(f, { signal: abort.signal, progress: () => abort.abort() });
    await expect(aborted).rejects.toThrow(/abort/);
  });
});

async function encoded({ pieces }: PackedIndex): Promise<Buffer> {
  const written: Buffer[] = [];
  for await (const piece of encodeIndex(pieces)) written.push(piece);
  return Buffer.concat(written);
}

test("an index comes back from its file as it was; another version's, and one that is not whole, is not used", async () => {
  const made = await index(
    header("d", { type: "5" }),
    pax([["SCHILY.xattr.user.a", "\xff\0\n"]]),
    file("d/\xe4\x80", "content"),
    header("l", { type: "2", link: "d/\xe4" }),
    header("c", { type: "3", device: [5, 1] }),
  );
  const bytes = await encoded(made);
  const found = (other: Buffer) =>
    withFile(other, async (path) => {
      const { index: read, count } = (await openIndex(path)) ?? {};
      return read && { members: [...read.members], count };
    });
  const members = [...made.members];
  expect(await found(bytes)).toEqual({ members, count: 4 });
  expect(members.map(({ path }) => path)).toEqual(["d", "d/\xe4\x80", "l", "c"]);
  const text = bytes.toString("latin1");
  const earlier = text.replace("index 2", "index 1");
  const torn = text.replace("d/", "e/");
  for (const other of [earlier, torn, text.slice(0, -1), ""])
    expect(await found(Buffer.from(other, "latin1"))).toBeUndefined();
});

test("a row that is longer than what is read at once comes back whole", async () => {
  const value = "x".repeat(500_000);
  const many = Array.from({ length: 2000 }, (_, i) => file(`d/file-${i}`, ""));
  const made = await index(...many, pax([["SCHILY.xattr.user.a", value]]), file("x", ""), ...many);
  const bytes = await encoded(made);
  await withFile(bytes, async (path) => {
    const found = await openIndex(path);
    expect(found?.count).toBe(4001);
    expect([...found!.index.members]).toEqual([...made.members]);
  });
});

test("whiteouts of a large layer are found without its other members", async () => {
  const many = Array.from({ length: 3000 }, (_, i) => file(`d/file-${i}`, ""));
  const { members, whiteouts } = await index(...many, file("d/.wh.gone", ""), ...many);
  const isWhiteout = ({ path }: { path: string }) => path.includes(".wh.");
  expect([...whiteouts].filter(isWhiteout)).toEqual([...members].filter(isWhiteout));
  expect([...members].filter(isWhiteout)).toHaveLength(1);
  expect([...whiteouts].length).toBeLessThan(3000);
});
