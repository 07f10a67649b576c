import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  lstatSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ingestTar } from "../../../provider/tree/ingest/tar.ts";
import { indexLayer } from "../../../provider/tree/layer-index.ts";
import { mergeLayers } from "../../../provider/tree/merge.ts";
import { extractFile } from "../../../provider/tree/read-file.ts";
import type { LayerMember } from "../../../provider/tree/types.ts";
import { writeTar } from "../../tar.ts";

const LONG = "n".repeat(120);
let folder: string;
let root: string;
const run = (tool: string, ...args: string[]) =>
  execFileSync(tool, args, {
    cwd: folder,
    env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
    maxBuffer: 1 << 28,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gnu-tar-"));
  root = join(folder, "root");
  await mkdir(join(root, `d/${LONG}/${LONG}`), { recursive: true });
  writeFileSync(join(root, `d/${LONG}/${LONG}/deep`), "deep");
  writeFileSync(Buffer.from(`${root}/d/\xff\xe4`, "latin1"), "latin1 name");
  writeFileSync(join(root, "d/ünï"), "utf-8 name");
  writeFileSync(join(root, "plain"), Buffer.alloc(100_000, "plain "));
  run("ln", "root/plain", "root/hard");
  run("ln", "-s", `${LONG}/${LONG}/x`, "root/long-symlink");
  run("mkfifo", "-m", "640", "root/fifo");
  run("chmod", "6755", "root/plain");
  run("touch", "-d", "1960-02-03 04:05:06.25", "root/d/ünï");
  run("touch", "-d", "2106-05-06 07:08:09.123456789", "root/plain");
  const sparse = openSync(join(root, "sparse"), "w");
  for (let i = 0; i < 40; i++) writeSync(sparse, Buffer.alloc(8192, "s"), 0, 8192, i * (1 << 20));
  closeSync(sparse);
  truncateSync(join(root, "sparse"), (40 << 20) + 777);
  writeFileSync(join(root, "zeros"), Buffer.alloc(70_000));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sha256 = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const latin1 = (path: string) => Buffer.from(path, "latin1");

/** What GNU tar says of an archive: `mode owner size time path` lines, names as bytes. */
function listing(archive: string): string[] {
  const out = run(
    "tar",
    "--list",
    "--verbose",
    "--numeric-owner",
    "--full-time",
    "--quoting-style=escape",
    "--file",
    archive,
  );
  return out.toString("latin1").trim().split("\n").sort();
}

const LETTERS = {
  file: "-",
  directory: "d",
  symlink: "l",
  link: "h",
  fifo: "p",
  character: "c",
  block: "b",
};

function asListed(member: LayerMember, nanoseconds: boolean): RegExp {
  const { type, mode, uid, gid, size, mtime, mtimeNs, path, target = "" } = member;
  const bits = [6, 3, 0].map((s, i) => {
    const special = (mode >> (11 - i)) & 1;
    const x = (mode >> s) & 1;
    const letter = special ? (x ? (i === 2 ? "t" : "s") : i === 2 ? "T" : "S") : x ? "x" : "-";
    return `${(mode >> s) & 4 ? "r" : "-"}${(mode >> s) & 2 ? "w" : "-"}${letter}`;
  });
  // GNU tar 1.34 lists -1.75 s as 23:59:59.75, though it extracts it right.
  const misprinted = nanoseconds && mtime < 0 && mtimeNs > 0;
  const time = misprinted
    ? "[-0-9]+ [0-9:.]+"
    : new Date(mtime * 1000).toISOString().slice(0, 19).replace("T", " ");
  const fraction =
    nanoseconds && mtimeNs && !misprinted
      ? `\\.${String(mtimeNs).padStart(9, "0").replace(/0+$/, "")}0*`
      : "";
  const shown = (p: string) =>
    p
      .replace(/[\x80-\xff]/g, (c) => `\\${c.charCodeAt(0).toString(8)}`)
      .replace(/[\\.+*?^$()[\]{}|]/g, "\\$&");
  const name = path === "" ? "\\./" : `\\./${shown(path)}${type === "directory" ? "/" : ""}`;
  const arrow =
    type === "symlink"
      ? ` -> ${shown(target)}`
      : type === "link"
        ? ` link to \\./${shown(target)}`
        : "";
  const listedSize = type === "symlink" ? 0 : size;
  return new RegExp(
    `^${LETTERS[type]}${bits.join("")} ${uid}/${gid} +${listedSize} ${time}${fraction} +${name}${arrow}$`,
  );
}

test.each([
  ["GNU", ["--format=gnu"]],
  ["old GNU with sparse files", ["--format=gnu", "--sparse"]],
  ["PAX", ["--format=pax"]],
  ["PAX with sparse files 1.0", ["--format=pax", "--sparse", "--sparse-version=1.0"]],
  ["PAX with sparse files 0.1", ["--format=pax", "--sparse", "--sparse-version=0.1"]],
  ["PAX with sparse files 0.0", ["--format=pax", "--sparse", "--sparse-version=0.0"]],
])(
  "an archive in the format %s is indexed as GNU tar lists and extracts it",
  async (_, options) => {
    const file = join(folder, "made.tar");
    run(
      "tar",
      "--create",
      ...options,
      "--numeric-owner",
      "--sort=name",
      "--file",
      file,
      "--directory",
      root,
      ".",
    );
    const members = [...(await indexLayer(file)).members];
    const lines = listing(file);
    expect(members).toHaveLength(lines.length);
    for (const member of members) {
      const pattern = asListed(member, options.includes("--format=pax"));
      expect(
        lines.filter((line) => pattern.test(line)),
        `${pattern}`,
      ).toHaveLength(1);
    }
    const out = join(folder, "extracted");
    await mkdir(out);
    run("tar", "--extract", "--file", file, "--directory", out, "--no-same-owner");
    const tree = mergeLayers([{ digest: "sha256:1", index: { members } }], {
      sourceDateEpoch: 2 ** 33,
    });
    for (const [i, member] of members.filter((m) => m.type === "file").entries()) {
      const extracted = Buffer.concat([Buffer.from(`${out}/`), latin1(member.path)]);
      const bytes = readFileSync(extracted);
      const { mtimeNs } = lstatSync(extracted, { bigint: true });
      expect(BigInt(member.mtime) * 1_000_000_000n + BigInt(member.mtimeNs)).toBe(mtimeNs);
      expect(member.digest, member.path).toBe(sha256(bytes));
      const copy = join(folder, `copy-${i}`);
      await extractFile(tree, member.path, copy, () => file);
      expect(readFileSync(copy).equals(bytes)).toBe(true);
      await rm(copy);
    }
    await rm(out, { recursive: true });
    const sparse = members.find((m) => m.path === "sparse")!;
    expect(sparse.segments!.reduce((sum, [, , length]) => sum + length, 0)).toBe(40 * 8192);
    expect(members.find((m) => m.path === "zeros")!.segments).toEqual([]);
  },
);

test("extended attributes go through GNU tar and a filesystem and come back", async () => {
  const xattrs = [["user.a=b%c", "value\0\n\xff"]] as const;
  const base = { path: "attributed", type: "file", mode: 0o644, uid: 0, gid: 0, mtime: 0 } as const;
  const file = join(folder, "xattrs.tar");
  writeFileSync(file, writeTar([{ ...base, xattrs }]).bytes);
  const keep = ["--xattrs", "--xattrs-include=user.*", "--directory", folder, "--file", file];
  const { stderr } = spawnSync("tar", ["--extract", "--no-same-owner", ...keep], {
    encoding: "utf8",
  });
  if (/not supported/.test(stderr)) return; // The filesystem has none.
  run("tar", "--create", ...keep, "attributed");
  expect([...(await indexLayer(file)).members][0]!.xattrs).toEqual(xattrs);
});

test("GNU tar lists and extracts what the writer made", async () => {
  const base = { mode: 0o4755, uid: 4_000_000_000, gid: 7, mtime: 1_700_000_000 };
  const content = Buffer.from("content\n");
  const { bytes, entries } = writeTar([
    { ...base, path: "d", type: "directory" },
    { ...base, path: `d/${LONG}`, type: "file", content, mtime: -86400 },
    { ...base, path: "d/\xff", type: "file", content },
    { ...base, path: "d/l", type: "symlink", target: LONG },
  ]);
  const file = join(folder, "written.tar");
  writeFileSync(file, bytes);
  const lines = listing(file);
  expect(lines).toHaveLength(4);
  for (const entry of entries) {
    const pattern = new RegExp(
      asListed(entry, false).source.replaceAll("\\./", "").replace("\\.\\/", ""),
    );
    expect(
      lines.filter((line) => pattern.test(line)),
      `${pattern}`,
    ).toHaveLength(1);
  }
  const [, long] = entries;
  expect(run("tar", "--extract", "--to-stdout", "--file", file, long!.path)).toEqual(content);
  expect(bytes.subarray(long!.segments![0]![1]).subarray(0, content.length)).toEqual(content);
});

test.each(["gzip", "zstd"])("a tar compressed by %s is taken as it was", async (tool) => {
  const plain = join(folder, "plain.tar");
  run("tar", "--create", "--file", plain, "--directory", root, ".");
  const into = await mkdtemp(join(folder, "into-"));
  const packed = join(folder, `plain.tar.${tool}`);
  writeFileSync(packed, run(tool, "--stdout", plain));
  const { layers } = await ingestTar(packed, { into });
  expect(layers[0]!.digest).toBe(`sha256:${run("sha256sum", plain).toString().slice(0, 64)}`);
});
