import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { treeDigest } from "../../../provider/tree/digest.ts";
import { ingestDockerArchive } from "../../../provider/tree/ingest/docker-archive.ts";
import { ingestOciArchive, ingestOciLayout } from "../../../provider/tree/ingest/oci.ts";
import type { Ingested } from "../../../provider/tree/ingest/types.ts";
import { indexLayer } from "../../../provider/tree/layer-index.ts";
import { mergeLayers } from "../../../provider/tree/merge.ts";
import { entriesByPath, extractFile } from "../../../provider/tree/read-file.ts";
import type { Tree } from "../../../provider/tree/types.ts";

const docker = process.env.BOOTWRIGHT_DOCKER ?? "docker";
const dockerfile = `FROM busybox:latest
ENV GREETING=hello
LABEL kind=test
RUN mkdir -p /data/old/deep /data/keep && echo one > /data/old/deep/a && echo two > /data/keep/b \
 && ln /data/keep/b /data/keep/hard && ln /data/keep/b /data/keep/z && chmod 4755 /data/keep/b && mkfifo /data/fifo
RUN rm -r /data/old && mkdir /data/old && echo three > /data/old/c && rm /data/keep/b && ln -s keep /data/link
RUN rm /data/fifo && dd if=/dev/zero of=/data/zeros bs=4096 count=9 && chown -h 12:34 /data /data/link
RUN echo x > /data/ünï && touch -d "2030-01-01 00:00" /data/late
USER 1000
WORKDIR /data
CMD ["sh", "-c", "echo"]
`;
let folder: string;
let image: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "docker-save-"));
  image = `bootwright-test-${process.pid}`;
  await writeFile(join(folder, "Dockerfile"), dockerfile);
  execFileSync(docker, ["build", "--quiet", "--tag", image, folder]);
});
afterAll(async () => {
  execFileSync(docker, ["image", "rm", "--force", image]);
  await rm(folder, { recursive: true, force: true });
});

async function saved(name: string): Promise<Ingested> {
  const into = await mkdtemp(join(folder, "into-"));
  return ingestDockerArchive(spawn(docker, ["save", name]).stdout, { into });
}

async function treeOf({ layers }: Ingested): Promise<Tree> {
  const indexed = [];
  for (const { digest, file } of layers) {
    indexed.push({ digest, index: await indexLayer(file, { digest }) });
  }
  return mergeLayers(indexed, { sourceDateEpoch: 1_735_689_600 });
}

test("the busybox image is saved, merged and holds the busybox that a container runs", async () => {
  const ingested = await saved("busybox:latest");
  const tree = await treeOf(ingested);
  const files = new Map(ingested.layers.map(({ digest, file }) => [digest, file]));
  const copy = join(folder, "busybox");
  const digest = await extractFile(tree, "bin/busybox", copy, (source) => files.get(source)!);
  const run = execFileSync(docker, ["run", "--rm", "busybox:latest", "sha256sum", "/bin/busybox"]);
  expect(digest).toBe(`sha256:${run.toString().slice(0, 64)}`);
  expect((await readFile(copy)).length).toBe(entriesByPath(tree).get("bin/busybox")?.size);
});

test("a merged tree is what a container of the image sees, and its configuration is read", async () => {
  const ingested = await saved(image);
  const entries = entriesByPath(await treeOf(ingested));
  const script =
    "find /data | sort | while read -r p; do stat -c '%n|%a|%u|%g|%i|%F|%s|%Y|' \"$p\" | tr -d '\\n'; " +
    'if [ -f "$p" ] && [ ! -L "$p" ]; then sha256sum < "$p"; else readlink "$p" || echo; fi; done';
  const out = execFileSync(docker, ["run", "--rm", "--user", "0", image, "sh", "-c", script]);
  const kinds = { directory: "directory", symlink: "symbolic link", fifo: "fifo" };
  const seen = out.toString("latin1").trim().split("\n");
  const names = [...entries.keys()].filter((path) => /^data(\/|$)/.test(path)).sort();
  expect(seen.map((line) => line.split("|")[0]!.slice(1)).sort()).toEqual(names);
  for (const line of seen) {
    const [path, mode, uid, gid, number, kind, size, time, rest = ""] = line.split("|");
    const entry = entries.get(path!.slice(1))!;
    const inode = entry.type === "link" ? entries.get(entry.target!)! : entry;
    const { type } = inode;
    expect([inode.mode.toString(8), `${inode.uid}`, `${inode.gid}`]).toEqual([mode, uid, gid]);
    expect(`${inode.mtime}`, path).toBe(`${Math.min(Number(time), 1_735_689_600)}`);
    expect(kind).toBe(
      type === "file"
        ? inode.size
          ? "regular file"
          : "regular empty file"
        : kinds[type as "fifo"],
    );
    if (type !== "file") continue;
    expect(`${inode.size}`).toBe(size);
    if (inode.size > 0) expect(inode.digest, path).toBe(`sha256:${rest.slice(0, 64)}`);
    const names = [...entries.values()].filter(
      (e) => e === inode || (e.type === "link" && e.target === inode.path),
    );
    // Overlayfs counts deleted links as well, so names are told together by their inode number.
    expect(names.length, path).toBe(seen.filter((l) => l.split("|")[4] === number).length);
  }
  expect(entries.get("data/keep/z")).toMatchObject({ type: "link", target: "data/keep/hard" });
  expect(entries.get("data/zeros")?.segments).toEqual([]);
  expect(ingested.config).toMatchObject({
    architecture: "amd64",
    user: "1000",
    workingDir: "/data",
    cmd: ["sh", "-c", "echo"],
    labels: [{ name: "kind", value: "test" }],
  });
  expect(ingested.config.env).toContain("GREETING=hello");
});

test("an image gives one tree, whether it is saved or exported to an OCI layout or archive", async () => {
  const layout = join(folder, "layout");
  const archive = join(folder, "image.oci.tar");
  const output = (rest: string) => {
    const built = `FROM ${image}\n`;
    const args = ["buildx", "build", "--provenance=false", "--output", rest, "-"];
    execFileSync(docker, args, { input: built, stdio: ["pipe", "ignore", "ignore"] });
  };
  output(`type=oci,tar=false,compression=uncompressed,force-compression=true,dest=${layout}`);
  output(`type=oci,compression=zstd,force-compression=true,dest=${archive}`);
  const into = join(folder, "into");
  await mkdir(into);
  const inLayout = await ingestOciLayout(layout, { into });
  expect(inLayout.layers.every((layer) => layer.inPlace)).toBe(true);
  const trees = [
    await treeOf(await saved(image)),
    await treeOf(inLayout),
    await treeOf(await ingestOciArchive(archive, { into })),
  ];
  const [first, ...others] = trees.map(treeDigest);
  expect(others).toEqual([first, first]);
});
