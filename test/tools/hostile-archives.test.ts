import { createHash } from "node:crypto";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { ingestDockerArchive } from "../../provider/tree/ingest/docker-archive.ts";
import { ingestOciLayout } from "../../provider/tree/ingest/oci.ts";
import { ingestTar } from "../../provider/tree/ingest/tar.ts";
import { archive, body, file, header, pax } from "../unit/tree/tar-bytes.ts";
import { measured, refusal, treeOf, withDestination } from "./hostile/take.ts";

const dir = (name: string) => header(name, { type: "5", mode: 0o755 });
const link = (name: string, target: string) => header(name, { type: "1", link: target });
const long = (name: string, path: string) => Buffer.concat([pax([["path", path]]), file(name, "")]);
const acl = (text: string, kind = "access") =>
  Buffer.concat([pax([[`SCHILY.acl.${kind}`, text]]), file("guarded", "")]);
const deep = (bytes: number) => "d/".repeat(bytes / 2);

const refused: [string, Buffer[], RegExp][] = [
  ["an absolute name", [archive(file("/etc/passwd", "x"))], /"\/etc\/passwd" at byte 0: absolute/],
  ["a name that climbs out", [archive(file("a/../../x", "x"))], /"a\/..\/..\/x".*"\.\."/],
  ["a PAX name that climbs out", [archive(long("x", "../x"))], /"..\/x".*"\.\."/],
  [
    "a long GNU name that climbs out",
    [archive(file("././@LongLink", "../x", { type: "L" }), file("y", ""))],
    /"..\/x".*"\.\."/,
  ],
  ["a hard link out of the tree", [archive(link("p", "../../etc/passwd"))], /"p".*"\.\."/],
  ["a hard link to what is not there", [archive(link("p", "/etc/passwd"))], /"p".*"etc\/passwd"/],
  ["a hard link to itself", [archive(link("p", "p"))], /"p" is a hard link to "p"/],
  [
    "a hard link to a file that a later layer deleted",
    [archive(file("a", "")), archive(file(".wh.a", "")), archive(link("b", "a"))],
    /"b" is a hard link to "a", which is not in the image by then/,
  ],
  [
    "a directory through symlinks in a circle",
    [
      archive(
        header("a", { type: "2", link: "b" }),
        header("b", { type: "2", link: "a" }),
        file("a/x", ""),
      ),
    ],
    /symlinks without an end/,
  ],
  [
    "a size beyond the end",
    [archive(header("a", { size: 2 ** 33 - 1 }))],
    /truncated at byte 1536/,
  ],
  [
    "a negative size",
    [archive(header("a", { size: Buffer.alloc(12, 255) }))],
    /negative size.*byte 0/,
  ],
  ["a PAX size beyond the end", [archive(pax([["size", "99999"]]), file("a", "x"))], /truncated/],
  [
    "a PAX size of 400 digits",
    [archive(pax([["size", "9".repeat(400)]]), file("a", ""))],
    /"a".*size/,
  ],
  ["a PAX length that lies", [archive(file("x", "7 path=a\n", { type: "x" }))], /malformed PAX/],
  [
    "a PAX time of letters",
    [archive(pax([["mtime", "x".repeat(5000)]]), file("a", ""))],
    /not a time/,
  ],
  ["a header of noise", [Buffer.alloc(1024, "noise")], /makes no sense.*byte 0|bad checksum/],
  ["a type that tar does not know", [archive(file("a\nb", "", { type: "\n" }))], /type "\\n"/],
  ["a name with newlines that is refused", [archive(file("../a\nb\x1b[2J", ""))], /a\\nb/],
  ["a name of a megabyte", [archive(long("x", "n".repeat(1_000_000).concat("/..")))], /"\.\."/],
  ["a path of nine thousand bytes", [archive(long("x", `${deep(9000)}x`))], /bytes, at most 8192/],
  [
    "a path made too long by a symlink",
    [archive(pax([["linkpath", deep(900_000)]]), header("s", { type: "2" }), file("s/x", ""))],
    /bytes, at most 8192/,
  ],
  [
    "an ACL with an id out of range",
    [archive(acl("user:99999999999:rwx"))],
    /"guarded".*99999999999/,
  ],
  ["an ACL of names", [archive(acl("user:joe:rwx"))], /"guarded".*user:joe:rwx/],
  ["an NFSv4 ACL", [archive(acl("user:1:rwx:deny", "ace"))], /"guarded".*SCHILY.acl.ace/],
  ["a whiteout of no name", [archive(dir("d/"), file("d/.wh.", ""))], /"d\/.wh.".*whiteout/],
  [
    "a whiteout of its own folder",
    [archive(dir("d/"), file("d/.wh..", ""))],
    /"d\/.wh..".*whiteout/,
  ],
  ["a whiteout of the folder above", [archive(file("d/.wh...", ""))], /"d\/.wh...".*whiteout/],
  ["a whiteout of the root", [archive(file(".wh.", ""))], /".wh.".*whiteout/],
  [
    "global headers without an end",
    [
      archive(
        ...Array.from({ length: 40 }, (_, i) => pax([[`comment.${i}`, "x".repeat(60_000)]], "g")),
        file("a", ""),
      ),
    ],
    /global/,
  ],
];

test.each(refused)(
  "%s is refused in one line, and nothing is written elsewhere",
  async (_, layers, message) => {
    const { outside, result } = await withDestination((into) =>
      refusal(() =>
        treeOf(
          layers.map((bytes) => [bytes]),
          into,
        ),
      ),
    );
    expect(result).toMatch(message);
    expect(outside).toEqual([]);
  },
);

const kept: [string, Buffer[], string[]][] = [
  [
    "symlinks out of the tree are data",
    [archive(header("s", { type: "2", link: "/../../etc" }))],
    ["s"],
  ],
  ["a name twice is its last writer", [archive(file("a", "1"), file("a", "22"))], ["a 2"]],
  [
    "a file under a symlink out of the tree stays in it",
    [archive(header("s", { type: "2", link: "../../.." }), file("s/etc/x", ""))],
    ["s", "etc/", "etc/x"],
  ],
  [
    "a whiteout of what is not there is nothing",
    [archive(file(".wh.none", ""), file("a", ""))],
    ["a"],
  ],
  [
    "the deepest folders can be deleted",
    [archive(long("x", `${deep(8190)}x`)), archive(file(".wh.d", ""), file("a", ""))],
    ["a"],
  ],
  [
    "only the exact opaque mark empties a directory",
    [archive(file("d/a", "")), archive(file("d/.wh..wh..opqx", ""))],
    ["d/", "d/a"],
  ],
  [
    "an opaque mark at the top empties all",
    [archive(file("d/a", "")), archive(file(".wh..wh..opq", ""), file("b", ""))],
    ["b"],
  ],
  [
    "headers of old writers, bodies that look like headers",
    [archive(file("a", file("b", "")))],
    ["a 512"],
  ],
  [
    "what comes after the end is not read",
    [Buffer.concat([archive(file("a", "")), file("b", "")])],
    ["a"],
  ],
];

test.each(kept)("%s", async (_, layers, expected) => {
  const { result, outside } = await withDestination((into) =>
    treeOf(
      layers.map((bytes) => [bytes]),
      into,
    ),
  );
  const paths = result.items.flatMap((item) =>
    item.kind !== "entry" || item.path === ""
      ? []
      : [
          item.path +
            (item.type === "directory"
              ? "/"
              : item.type === "file" && item.size
                ? ` ${item.size}`
                : ""),
        ],
  );
  expect(paths.sort()).toEqual([...expected].sort());
  expect(outside).toEqual([]);
});

test("an archive cut anywhere is refused in one line, or ends where a member did", async () => {
  const whole = archive(
    pax([
      ["path", "long"],
      ["SCHILY.xattr.user.a", "b"],
    ]),
    file("a", "x".repeat(700)),
    file("././@LongLink", "n".repeat(600), { type: "L" }),
    file("b", "y"),
    header("sparse", {
      type: "S",
      size: 512,
      raw: (b) => {
        b.write("00000000000\0" + "00000001000\0", 386, "latin1");
        b.write("00000010000\0", 483, "latin1");
      },
    }),
    body("z".repeat(512)),
  );
  const sound = new Set([...[1024, 1536, 2560, 3584, 4608, 5120, 6144]]);
  await withDestination(async (into) => {
    for (let end = 1; end < whole.length - 1024; end += 61) {
      if (sound.has(end)) continue;
      expect(await refusal(() => treeOf([[whole.subarray(0, end)]], into))).toMatch(
        /byte|truncated/,
      );
    }
  });
});

test.each<[string, () => Buffer[], RegExp]>([
  [
    "few members that mean millions of directories",
    () => Array.from({ length: 100 }, (_, i) => long("x", `${i}/${deep(4000)}x`)),
    /too many directories/,
  ],
  [
    "a hundred thousand global headers",
    () => Array(100_000).fill(pax([["a", "b"]], "g")),
    /^none$/,
  ],
  [
    "a sparse map of a megabyte",
    () => {
      const map = `400000\n${"0\n".repeat(500_000)}`;
      const records: [string, string][] = [
        ["GNU.sparse.major", "1"],
        ["GNU.sparse.realsize", "10"],
      ];
      return [pax(records), file("s", map)];
    },
    /truncated at byte 1003008/,
  ],
])("%s, in little memory", async (_, parts, message) => {
  const { result, grown } = await measured(async () => {
    const layer = [...parts(), Buffer.alloc(1024)];
    const { result } = await withDestination((into) =>
      refusal(() => treeOf([layer], into)).catch((error: Error) => {
        if (error.message === "it was not refused") return "none";
        throw error;
      }),
    );
    return result;
  });
  expect(result).toMatch(message);
  expect(grown).toBeLessThan(600);
});

test("masses of entries, a tenth of them hard links whose first name a later layer deletes, are read in bounded memory", async () => {
  const count = process.env.BOOTWRIGHT_TEST_ALL ? 1_000_000 : 200_000;
  function* lower() {
    for (let i = 0; i < count * 0.9; i++) yield header(`a${i}`);
    for (let i = 0; i < count * 0.1; i++) yield header(`z${i}`, { type: "1", link: `a${i}` });
    yield Buffer.alloc(1024);
  }
  function* upper() {
    for (let i = 0; i < count * 0.1; i++) yield header(`.wh.a${i}`);
    yield Buffer.alloc(1024);
  }
  const { result, grown } = await measured(async () => {
    const { result } = await withDestination((into) => treeOf([lower(), upper()], into));
    const entries = result.items.filter((item) => item.kind === "entry");
    return [entries.length, entries.filter((entry) => entry.type === "link").length];
  });
  expect(result).toEqual([count * 0.9 + 1, 0]);
  // A few kilobytes for an entry, with all that is known of it at each of its stages.
  expect(grown).toBeLessThan(300 + count * 0.0025);
});

test.each([
  ["gzip", gzipSync],
  ["zstd", zstdCompressSync],
])("a %s bomb of a gigabyte is refused at maxBytes, in little memory", async (_, compress) => {
  // Members and frames follow one another: the same MiB of zeros, 1024 times.
  const one = compress(Buffer.alloc(1 << 20));
  const { result, grown } = await measured(async () => {
    const { result } = await withDestination((into) => {
      const bomb = Readable.from(Array<Buffer>(1024).fill(one));
      return refusal(() => ingestTar(bomb, { into, maxBytes: 8 << 20 }));
    });
    return result;
  });
  expect(result).toBe("cannot read the tar: it holds more than 8388608 bytes");
  expect(grown).toBeLessThan(400);
});

const outside = "not of the image";
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
const manifest = (Config: string, ...Layers: string[]) =>
  file("manifest.json", json([{ Config, Layers }]));
const config = file("c", json({ rootfs: { diff_ids: [`sha256:${sha256(outside)}`] } }));

test.each<[string, Buffer, RegExp]>([
  ["whose configuration is outside", manifest("../secret"), /"?..\/secret"? is missing/],
  ["whose layer is outside", archive(config, manifest("c", "../secret")), /secret"? is missing/],
  [
    "whose layer is a link to the outside",
    archive(config, header("l", { type: "2", link: "../secret" }), manifest("c", "l")),
    /layer "?l"? is missing/,
  ],
  [
    "with control characters in a layer's name",
    archive(config, manifest("c", "a\n\x1b[2J")),
    /missing/,
  ],
])("a docker archive %s is refused", async (_, bytes, message) => {
  await withDestination(async (into, home) => {
    await writeFile(join(home, "secret"), outside);
    const source = Readable.from([bytes]);
    expect(await refusal(() => ingestDockerArchive(source, { into }))).toMatch(message);
    expect((await readdir(into)).filter((name) => name.endsWith(".tar"))).toEqual([]);
  });
});

test("an OCI layout whose blobs are links to other files is taken only by digest", async () => {
  await withDestination(async (into, home) => {
    const layout = join(home, "layout");
    const blobs = join(layout, "blobs/sha256");
    await mkdir(blobs, { recursive: true });
    const put = async (bytes: Buffer) => {
      await writeFile(join(blobs, sha256(bytes)), bytes);
      return { digest: `sha256:${sha256(bytes)}` };
    };
    await writeFile(join(home, "secret"), outside);
    // The digest of something else, which the attacker does know.
    const claimed = sha256("known");
    await symlink("../../../secret", join(blobs, claimed));
    const digest = `sha256:${claimed}`;
    const take = async (image: unknown) => {
      await writeFile(join(layout, "index.json"), json({ manifests: [await put(json(image))] }));
      return refusal(() => ingestOciLayout(layout, { into }));
    };
    expect(await take({ config: { digest }, layers: [] })).toMatch(/has the digest .*, not/);
    const config = await put(json({ rootfs: { diff_ids: [`sha256:${sha256("x")}`] } }));
    expect(await take({ config, layers: [{ digest }] })).toMatch(/has the digest .*, not/);
    expect((await readdir(into)).filter((name) => name.endsWith(".tar"))).toEqual([]);
  });
});
