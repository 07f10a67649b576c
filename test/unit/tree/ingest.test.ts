import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ingestDirectory } from "../../../provider/tree/ingest/directory.ts";
import { ingestDockerArchive } from "../../../provider/tree/ingest/docker-archive.ts";
import { ingestOciArchive, ingestOciLayout } from "../../../provider/tree/ingest/oci.ts";
import { ingestTar } from "../../../provider/tree/ingest/tar.ts";
import { indexLayer } from "../../../provider/tree/layer-index.ts";
import { archive, file, header } from "./tar-bytes.ts";

const sha256 = (bytes: Buffer | string) =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const layers = [archive(file("a", "one")), archive(file("b", "two".repeat(1000)))];
const diffIds = layers.map(sha256);
const configuration = {
  architecture: "amd64",
  rootfs: { diff_ids: diffIds },
  config: {
    Env: ["PATH=/bin"],
    Entrypoint: null,
    Cmd: ["sh"],
    User: "7",
    Labels: { b: "2", a: "1" },
    ExposedPorts: { "80/tcp": {} },
    Healthcheck: { Test: ["CMD-SHELL", "true"], Interval: 1_500_000_000, Timeout: 0 },
    StopSignal: "SIGQUIT",
  },
};
const expectedConfig = {
  architecture: "amd64",
  env: ["PATH=/bin"],
  entrypoint: [],
  cmd: ["sh"],
  user: "7",
  workingDir: "",
  labels: [
    { name: "a", value: "1" },
    { name: "b", value: "2" },
  ],
  exposedPorts: ["80/tcp"],
  healthcheck: ["CMD-SHELL", "true"],
  healthTimes: { intervalSeconds: 2, timeoutSeconds: 0, startPeriodSeconds: 0 },
  stopSignal: "SIGQUIT",
};
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

let folder: string;
let into: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ingest-"));
  into = join(folder, "into");
  await mkdir(into);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function legacy(config: object = configuration, images = 1): Buffer {
  const image = { Config: "c.json", RepoTags: ["x:1"], Layers: ["1/layer.tar", "2/layer.tar"] };
  return archive(
    header("1/", { type: "5" }),
    file("1/layer.tar", layers[0]!),
    header("2/layer.tar", { type: "2", link: "../3/layer.tar" }),
    file("3/layer.tar", layers[1]!),
    file("c.json", json(config)),
    file("manifest.json", json(Array(images).fill(image))),
  );
}

type Blob = [name: string, bytes: Buffer];
type Compress = (bytes: Buffer) => Buffer;
const asIs: Compress = (bytes) => bytes;
const checked: Compress = (bytes) =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
const metadata = Buffer.from("502a4d1803000000616263", "hex");

/** Files of an OCI layout: nested index, an attestation, one image. */
function layout(compress: Compress = asIs, change: { diffIds?: string[] } = {}): Blob[] {
  const blobs: Blob[] = [];
  const put = (bytes: Buffer) => {
    blobs.push([`blobs/sha256/${sha256(bytes).slice(7)}`, bytes]);
    return { digest: sha256(bytes), size: bytes.length };
  };
  const config = put(json({ ...configuration, rootfs: { diff_ids: change.diffIds ?? diffIds } }));
  const manifest = put(json({ config, layers: layers.map((bytes) => put(compress(bytes))) }));
  const platform = (os: string, architecture: string) => ({ platform: { os, architecture } });
  const attestation = { annotations: { "vnd.docker.reference.type": "attestation-manifest" } };
  const index = put(
    json({
      manifests: [
        { ...manifest, ...platform("linux", "amd64") },
        { ...put(Buffer.from("{}")), ...platform("linux", "arm64") },
        { ...put(Buffer.from("[]")), ...platform("unknown", "unknown"), ...attestation },
      ],
    }),
  );
  return [...blobs, ["index.json", json({ manifests: [index] })]];
}

async function layoutFolder(blobs: Blob[]): Promise<string> {
  const root = join(folder, "layout");
  await mkdir(join(root, "blobs/sha256"), { recursive: true });
  for (const [name, bytes] of blobs) await writeFile(join(root, name), bytes);
  return root;
}
const tarOf = (blobs: Blob[]) => archive(...blobs.map(([name, bytes]) => file(name, bytes)));
const stream = (bytes: Buffer) => Readable.from([bytes.subarray(0, 700), bytes.subarray(700)]);

/** The destination holds these layers, under their digests, and nothing else. */
async function expectLayers(found: readonly { digest: string; file: string }[]): Promise<void> {
  expect(found.map((l) => l.digest)).toEqual(diffIds);
  for (const [i, l] of found.entries())
    expect((await readFile(l.file)).equals(layers[i]!)).toBe(true);
  expect((await readdir(into)).sort()).toEqual(diffIds.map((d) => `${d.slice(7)}.tar`).sort());
}

test.each([
  ["with layer.tar files and links between them", () => legacy()],
  ["that is compressed as a whole", () => gzipSync(legacy())],
  [
    "with blobs and a manifest.json",
    () => {
      const blobs = layout(gzipSync);
      const manifest = JSON.parse(String(blobs.find(([, b]) => b.includes('"layers"'))![1]));
      const name = (d: { digest: string }) => `blobs/sha256/${d.digest.slice(7)}`;
      const image = { Config: name(manifest.config), Layers: manifest.layers.map(name) };
      return tarOf([...blobs, ["manifest.json", json([image])]]);
    },
  ],
])("a docker archive %s", async (_, bytes) => {
  const { layers: found, config } = await ingestDockerArchive(stream(bytes()), { into });
  await expectLayers(found);
  expect(config).toEqual(expectedConfig);
});

test.each([
  ["plain", asIs],
  ["gzip", gzipSync],
  ["zstd", zstdCompressSync],
] as [string, Compress][])("an OCI archive with %s layers", async (_, compress) => {
  const path = join(folder, "image.tar");
  await writeFile(path, tarOf(layout(compress)));
  const { layers: found, config } = await ingestOciArchive(path, { into });
  await expectLayers(found);
  expect(config).toEqual(expectedConfig);
});

test("plain layers of an OCI layout are handed back where they lie", async () => {
  const root = await layoutFolder(layout());
  const { layers: found, config } = await ingestOciLayout(root, { into });
  expect(found).toEqual(
    diffIds.map((digest) => ({
      digest,
      inPlace: true,
      file: join(root, "blobs/sha256", digest.slice(7)),
    })),
  );
  expect(config).toEqual(expectedConfig);
  expect(await readdir(into)).toEqual([]);
});

test("compressed layers of an OCI layout are made plain, and the layout is left as it was", async () => {
  const root = await layoutFolder(layout(gzipSync));
  const before = await readdir(join(root, "blobs/sha256"));
  const { layers: found } = await ingestOciLayout(root, { into });
  await expectLayers(found);
  expect(found.every((l) => !l.inPlace)).toBe(true);
  expect(await readdir(join(root, "blobs/sha256"))).toEqual(before);
});

test("a manifest is taken by its digest from a layout of several images", async () => {
  const blobs = layout();
  const manifest = blobs.find(([, b]) => b.includes('"layers"'))!;
  const other = json({ manifests: [{ digest: sha256(manifest[1]) }, { digest: sha256("x") }] });
  const root = await layoutFolder([...blobs.slice(0, -1), ["index.json", other]]);
  await expect(ingestOciLayout(root, { into })).rejects.toThrow(/2 images for linux\/amd64/);
  const found = await ingestOciLayout(root, { into, manifest: sha256(manifest[1]) });
  expect(found.layers.map((l) => l.digest)).toEqual(diffIds);
  await expect(ingestOciLayout(root, { into, manifest: "sha256:../../x" })).rejects.toThrow(
    /digest/,
  );
});

test.each([
  ["plain", asIs],
  ["gzip", gzipSync],
  ["zstd", zstdCompressSync],
  [
    "gzip in two members",
    (b) => Buffer.concat([gzipSync(b.subarray(0, 99)), gzipSync(b.subarray(99))]),
  ],
  ["zstd with a checksum", checked],
  [
    "zstd with frames of metadata around it",
    (b) => Buffer.concat([metadata, zstdCompressSync(b), metadata]),
  ],
  [
    "zstd in two frames",
    (b) => Buffer.concat([zstdCompressSync(b.subarray(0, 99)), zstdCompressSync(b.subarray(99))]),
  ],
] as [string, Compress][])("a root filesystem's tar, %s", async (_, compress) => {
  const seen: number[] = [];
  const options = { into, progress: (bytes: number) => seen.push(bytes) };
  const { layers: found } = await ingestTar(stream(compress(layers[1]!)), options);
  expect(found).toEqual([
    { digest: diffIds[1], inPlace: false, file: join(into, `${diffIds[1]!.slice(7)}.tar`) },
  ]);
  expect((await readFile(found[0]!.file)).equals(layers[1]!)).toBe(true);
  expect(seen.at(-1)).toBe(layers[1]!.length);
});

function withLastByteChanged(bytes: Buffer): Buffer {
  bytes[bytes.length - 1]! ^= 1;
  return bytes;
}
const bomb = archive(file("zeros", Buffer.alloc(8 << 20)));
const refusals: [string, () => Promise<unknown>, RegExp][] = [
  [
    "a bomb",
    () => ingestTar(stream(gzipSync(bomb)), { into, maxBytes: 1 << 20 }),
    /cannot read the tar: it holds more than 1048576 bytes/,
  ],
  [
    "a truncated gzip",
    () => ingestTar(stream(gzipSync(layers[1]!).subarray(0, 50)), { into }),
    /gzip data is damaged/,
  ],
  [
    "a damaged zstd",
    () => ingestTar(stream(withLastByteChanged(checked(layers[1]!))), { into }),
    /zstd data is damaged/,
  ],
  [
    "xz",
    () => ingestTar(stream(Buffer.from("fd377a585a000000", "hex")), { into }),
    /compressed with xz/,
  ],
  [
    "two images in one archive",
    () => ingestDockerArchive(stream(legacy(configuration, 2)), { into }),
    /2 images: x:1, x:1/,
  ],
  [
    "a layer with another digest",
    () =>
      ingestDockerArchive(stream(legacy({ rootfs: { diff_ids: [diffIds[1], diffIds[0]] } })), {
        into,
      }),
    new RegExp(`the layer 1/layer.tar has the digest ${diffIds[0]}, not ${diffIds[1]}`),
  ],
  [
    "layers without digests",
    () => ingestDockerArchive(stream(legacy({ rootfs: { diff_ids: [] } })), { into }),
    /2 layers and 0 digests/,
  ],
  [
    "a malformed configuration",
    () => ingestDockerArchive(stream(legacy({ rootfs: {} })), { into }),
    /malformed at rootfs.diff_ids/,
  ],
  [
    "a folder with a name that would delete another",
    async () => {
      await mkdir(join(into, "root/d"), { recursive: true });
      await writeFile(join(into, "root/d/.wh.file"), "");
      return ingestDirectory(join(into, "root"), { into });
    },
    /cannot read the folder .*root: "d\/.wh.file" has a name by which layers .* delete others/,
  ],
  [
    "a root filesystem as a docker archive",
    () => ingestDockerArchive(stream(layers[0]!), { into }),
    /manifest.json is missing/,
  ],
  [
    "an archive cut short",
    () => ingestDockerArchive(stream(legacy().subarray(0, 3000)), { into }),
    /truncated at byte 3000/,
  ],
  [
    "a docker archive as an OCI archive",
    () => ingestOciArchive(stream(legacy()), { into }),
    /index.json is missing/,
  ],
  [
    "a missing layer",
    () =>
      ingestOciArchive(stream(tarOf(layout().filter(([n]) => !n.includes(diffIds[0]!.slice(7))))), {
        into,
      }),
    /the layer blobs.* is missing/,
  ],
  [
    "a configuration that is not what its digest says",
    async () =>
      ingestOciLayout(
        await layoutFolder(
          layout().map(([n, b]): Blob => [n, b.includes("diff_ids") ? json({}) : b]),
        ),
        { into },
      ),
    /has the digest .*, not/,
  ],
  [
    "a name that leaves the folder",
    () => ingestDockerArchive(stream(archive(file("../../x", "x"))), { into }),
    /"..\/..\/x"/,
  ],
];
test.each(refusals)("%s is refused", async (_, work, message) => {
  await expect(work()).rejects.toThrow(message);
  // Nothing outside the destination, and nothing in it that looks finished.
  expect((await readdir(folder)).filter((name) => name !== "layout")).toEqual(["into"]);
  expect((await readdir(into)).filter((name) => name.endsWith(".tar"))).toEqual([]);
});

test("zstd blocks of every type are passed on: raw, repeated, compressed", async () => {
  const noise = Buffer.alloc(300_000);
  for (let i = 0, x = 1; i < noise.length; i++) {
    x = (x * 48271) % 2147483647;
    noise[i] = x >> 8;
  }
  const bytes = Buffer.concat([noise, Buffer.alloc(500_000), Buffer.from("text ".repeat(99_999))]);
  const { layers: found } = await ingestTar(stream(zstdCompressSync(bytes)), { into });
  expect(found[0]!.digest).toBe(sha256(bytes));
  const cut = ingestTar(stream(zstdCompressSync(bytes).subarray(0, -5)), { into });
  await expect(cut).rejects.toThrow(/truncated|damaged/);
});

test("an aborted ingest stops", async () => {
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(ingestTar(stream(layers[0]!), { into, signal })).rejects.toThrow("stopped");
});

test("a folder becomes a tar that does not depend on time or owner, with every kind of entry", async () => {
  const root = join(folder, "root");
  const name = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xe4])]);
  await mkdir(join(root, "d/e"), { recursive: true });
  await writeFile(join(root, "d/file"), "content");
  await chmod(join(root, "d/file"), 0o4755);
  await chmod(join(root, "d"), 0o1777);
  await link(join(root, "d/file"), join(root, "d/zlink"));
  await symlink("../nowhere", join(root, "d/symlink"));
  await writeFile(name, "");
  await writeFile(join(root, "d-"), "");
  execFileSync("mkfifo", ["-m", "600", join(root, "fifo")]);
  const first = await ingestDirectory(root, { into });
  const members = [
    ...(await indexLayer(first.layers[0]!.file, { digest: first.layers[0]!.digest })).members,
  ];
  expect(
    members.map(({ path, type, uid, gid, target = "" }) => [path, type, uid, gid, target]),
  ).toEqual([
    ["", "directory", 0, 0, ""],
    ["d", "directory", 0, 0, ""],
    ["d/e", "directory", 0, 0, ""],
    ["d/file", "file", 0, 0, ""],
    ["d/symlink", "symlink", 0, 0, "../nowhere"],
    ["d/zlink", "link", 0, 0, "d/file"],
    ["d-", "file", 0, 0, ""],
    ["fifo", "fifo", 0, 0, ""],
    ["\xff\xe4", "file", 0, 0, ""],
  ]);
  expect(members[1]!.mode).toBe(0o1777);
  expect(members[3]).toMatchObject({ mode: 0o4755, size: 7, digest: sha256("content") });
  await utimes(join(root, "d/file"), 5, 5);
  expect((await ingestDirectory(root, { into })).layers[0]!.digest).toBe(first.layers[0]!.digest);
  expect(basename(first.layers[0]!.file)).toBe(`${first.layers[0]!.digest.slice(7)}.tar`);
});
