import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compressFile, compressions } from "../../../provider/cpio/compress.ts";
import { type CpioPlan, planCpio } from "../../../provider/cpio/plan-cpio.ts";
import { unpackedBytes } from "../../../provider/cpio/unpacked-size.ts";
import { writeCpio } from "../../../provider/cpio/write-cpio.ts";
import { sha256 } from "../../../provider/plan/canonical.ts";
import { mergeLayers } from "../../../provider/tree/merge.ts";
import { testContext } from "../../context.ts";
import { type TarEntry, writeTar } from "../../tar.ts";
import { listCpio } from "./list-cpio.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
});
afterEach(() => rm(folder, { recursive: true }));

const base = { mode: 0o644, uid: 0, gid: 0, mtime: 1_700_000_000 };
const large = Buffer.from("what a layer holds\n".repeat(600_000));
const odd = "odd \n\t\\ 'name' \xc3\xa4 \xff -rf *";

/** One of every kind, with names and numbers that a careless writer would get wrong. */
const entries: readonly TarEntry[] = [
  { ...base, path: "", type: "directory", mode: 0o750, uid: 7 },
  { ...base, path: "a", type: "directory", mode: 0o1777 },
  { ...base, path: "a/x", type: "file", mode: 0o6755, uid: 4_000_000_000, content: large },
  { ...base, path: "0 first link", type: "link", target: "a/x" },
  { ...base, path: "z last link", type: "link", target: "a/x" },
  { ...base, path: "a-b", type: "file", content: Buffer.from("sorts before a/x") },
  { ...base, path: "empty", type: "file", gid: 4_000_000_001, mtime: 0 },
  { ...base, path: odd, type: "file", content: Buffer.from("x") },
  { ...base, path: "symlink", type: "symlink", mode: 0o777, target: `a/${odd}` },
  { ...base, path: "dev", type: "directory", mode: 0o755 },
  { ...base, path: "dev/sda", type: "block", mode: 0o660, major: 8, minor: 300 },
  { ...base, path: "dev/tty", type: "character", mode: 0o666, major: 5, minor: 0 },
  { ...base, path: "pipe", type: "fifo", mode: 0o600, mtime: 2 ** 32 - 1 },
];

async function write(name: string): Promise<{ path: string; plan: CpioPlan }> {
  const tar = writeTar(entries);
  const layer = join(folder, "layer.tar");
  await writeFile(layer, tar.bytes);
  const tree = mergeLayers([{ digest: "layer", index: { members: tar.entries } }], {
    sourceDateEpoch: 2 ** 32,
  });
  const { plan, refusals } = planCpio(tree);
  expect(refusals).toEqual([]);
  const path = join(folder, name);
  await writeCpio(plan, tree.sources, path, () => layer);
  return { path, plan };
}

/** What an independent reader must say of the entries, and of what every machine needs. */
function expected() {
  const names = entries.flatMap(({ path, type, target = "" }) =>
    path === "a/x" || type === "link" ? [type === "link" ? `${path}=${target}` : path] : [],
  );
  const list = entries.map(
    ({ path, type, mode, uid, gid, mtime, target, major, minor, content }) => {
      const linked = type === "link" || path === "a/x";
      const file = linked ? entries.find((entry) => entry.path === "a/x")! : undefined;
      // Where names share a file the last one holds it, in the order of their bytes.
      const bytes = linked ? (path === "z last link" ? large : Buffer.alloc(0)) : content;
      return {
        path,
        type:
          { file: "file", link: "file", symlink: "link", directory: "dir", fifo: "fifo" }[
            type as string
          ] ?? (type === "block" ? "block" : "char"),
        mode: file?.mode ?? mode,
        uid: file?.uid ?? uid,
        gid,
        time: mtime,
        ...(linked && { links: names.length }),
        ...(major !== undefined && { device: `${major},${minor}` }),
        ...(type === "symlink" && { target }),
        ...((type === "file" || type === "link") && { sha256: sha256(bytes ?? "").slice(7) }),
      };
    },
  );
  const added = { uid: 0, gid: 0, time: base.mtime };
  return [
    ...list,
    { path: "proc", type: "dir", mode: 0o555, ...added },
    { path: "sys", type: "dir", mode: 0o555, ...added },
    { path: "dev/console", type: "char", mode: 0o600, ...added, device: "5,1" },
    { path: "dev/null", type: "char", mode: 0o666, ...added, device: "1,3" },
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

describe("an archive", () => {
  test("is what libarchive reads of it, entry by entry", async () => {
    const { path } = await write("tree.cpio");
    const read = await listCpio(path);
    expect(read.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(expected());
  });

  test("is what GNU cpio lists, in the order of the names' bytes, and extracts, its hard links as one file", async () => {
    const { path, plan } = await write("tree.cpio");
    const { stdout } = await execa("cpio", ["-t", "--quiet", "--null"], {
      inputFile: path,
      encoding: "buffer",
    });
    const listed = Buffer.from(stdout).toString("latin1");
    expect(listed).toBe(plan.members.map(({ name }) => `${name}\0`).join(""));
    expect(plan.members.map(({ name }) => name).slice(0, 5)).toEqual([
      ".",
      "0 first link",
      "a",
      "a-b",
      "a/x",
    ]);
    const files = ["a/x", "0 first link", "z last link"];
    await execa("cpio", ["-idm", "--quiet", "--no-preserve-owner", "-D", folder, ...files], {
      inputFile: path,
    });
    for (const file of files) {
      expect((await readFile(join(folder, file))).equals(large), file).toBe(true);
    }
    const inodes = await execa("stat", ["-c", "%i %h", ...files], { cwd: folder });
    expect(new Set(inodes.stdout.split("\n")).size).toBe(1);
  });

  test("has the length that was planned, and the same bytes again", async () => {
    const [first, second] = [await write("first.cpio"), await write("second.cpio")];
    const bytes = await readFile(first.path);
    expect(bytes.length).toBe(first.plan.sizeBytes);
    expect(bytes.equals(await readFile(second.path))).toBe(true);
  });

  test.each(compressions)(
    "compressed by %s is whole, tells its size, and is the same again",
    async (how) => {
      const ctx = await testContext();
      try {
        const made = [1, 2].map(() =>
          ctx.store.stage(async (stage) => {
            const { path, plan } = await write(`${Math.random()}.cpio`);
            const plain = await readFile(path);
            const file = join(stage, "initramfs");
            await writeFile(file, plain);
            const job = { compression: how, folder: stage, sizeBytes: plan.sizeBytes };
            await compressFile(file, job, ctx);
            expect(await unpackedBytes(file)).toBe(plain.length);
            const reader = { gzip: "gzip", xz: "xz", zstd: "zstd", none: "cat" }[how];
            const args = how === "none" ? [file] : ["-dc", file];
            const { stdout } = await execa(reader, args, { encoding: "buffer" });
            expect(plain.equals(stdout)).toBe(true);
            return readFile(file);
          }),
        );
        const [first, second] = [await made[0]!, await made[1]!];
        expect(first.equals(second)).toBe(true);
        if (how === "xz") {
          // The kernel's decoder knows crc32 (1) and no other check.
          expect(first[7]).toBe(1);
        }
      } finally {
        await ctx.dispose();
      }
    },
  );
});
