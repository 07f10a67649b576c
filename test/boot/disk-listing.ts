import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { debugfs, inodesByPath, parseStat, xattrsOf } from "../tools/ext4/debugfs.ts";
import {
  type Listing,
  listingOf,
  parseChecksums,
  parseSymlinks,
  type RawEntry,
} from "./listing.ts";

const run = promisify(execFile);
const bytes = { encoding: "latin1", maxBuffer: 2 ** 28 } as const;

const typeBits: Record<string, number> = {
  regular: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  "character special": 0o020000,
  "block special": 0o060000,
  FIFO: 0o010000,
  socket: 0o140000,
};

/** What debugfs finds in the ext4 that begins at an offset of a disk; its contents are copied out by debugfs as well. */
export async function diskListing(
  disk: string,
  offsetBytes: number,
  folder: string,
): Promise<Listing> {
  const image = `${disk}?offset=${offsetBytes}`;
  const inodes = inodesByPath(image, folder);
  const numbers = [...new Set(inodes.values())];
  const stats = debugfs(
    image,
    numbers.map((n) => `stat <${n}>`),
    folder,
  );
  const facts = new Map(numbers.map((n, i) => [n, parseStat(stats[i]!, n, undefined, [])]));
  const entries = [...inodes].map(([path, inode]): RawEntry => {
    const { type, mode, device = "0:0", ...rest } = facts.get(inode)!;
    const [major, minor] = device.split(":").map(Number);
    return { ...rest, path, mode: typeBits[type]! | mode, major: major!, minor: minor! };
  });
  const shown = xattrsOf(image, numbers, folder);
  const xattrs = [...inodes]
    .map(([path, inode]) => [path, shown.get(inode)?.map(xattrInHex)] as const)
    .filter((pair): pair is readonly [string, string[]] => pair[1] !== undefined);
  return listingOf(entries, { ...(await dumped(image, folder)), xattrs: new Map(xattrs) });
}

/** Copies every file and symlink out of the filesystem, and lists the copies with coreutils. */
async function dumped(image: string, folder: string) {
  const copy = join(folder, "copy");
  await mkdir(copy);
  try {
    await run("debugfs", ["-R", `rdump / ${copy}`, image], { maxBuffer: 2 ** 28 });
    const sums = ["-type", "f", "-exec", "sha256sum", "--zero", "{}", "+"];
    const checksums = await run("find", [".", ...sums], { ...bytes, cwd: copy });
    const links = ["-type", "l", "-printf", "%p\\0%l\\0"];
    const symlinks = await run("find", [".", ...links], { ...bytes, cwd: copy });
    return {
      checksums: parseChecksums(checksums.stdout),
      symlinks: parseSymlinks(symlinks.stdout),
    };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function xattrInHex([name, value]: readonly [string, string]): string {
  const hex = Buffer.from(value, "latin1").toString("hex");
  return `${name}=0x${name.startsWith("system.posix_acl_") ? aclOfNobody(hex) : hex}`;
}

/** Where an entry of an ACL names no user or group the kernel says -1, debugfs 0 (acl(5): tags 1, 4, 16, 32). */
function aclOfNobody(hex: string): string {
  return hex.replace(/(?<=^.{8}(?:.{16})*)((?:01|04|10|20)00.{4})0{8}/g, "$1ffffffff");
}
