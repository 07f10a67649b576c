import type { Entry } from "../../tree/types.ts";
import { blockSize, roundUp } from "../format.ts";
import { deviceRange, timeRange } from "../inodes/inode.ts";
import type { Refusals } from "./refusals.ts";

const mostNameBytes = 255;
const mostId = 2 ** 32 - 1;
/** Logical blocks have 32 bits and the last number means "none". */
const mostFileBytes = (2 ** 32 - 1) * blockSize;
/** A symlink's target and its final zero byte share one block. */
const mostTargetBytes = blockSize - 1;
/** Names of one inode (EXT4_LINK_MAX); a directory with more subdirectories says 1 instead (feature dir_nlink). */
export const mostLinks = 65000;

/** The last component of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The path of the directory that a path is in; "" for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** True if a name can stand in a directory; says why not. */
export function acceptName(path: string, refusals: Refusals): boolean {
  const name = nameOf(path);
  const reason =
    name.length > mostNameBytes
      ? `its name has ${name.length} bytes, the limit is ${mostNameBytes}`
      : name === "" || name === "." || name === ".."
        ? "a directory entry cannot have this name"
        : name.includes("\0")
          ? "its name contains a zero byte"
          : undefined;
  if (reason !== undefined) refusals.add(path, reason);
  return reason === undefined;
}

/** Refuses what no ext4 inode can say. */
export function checkEntry(entry: Entry, refusals: Refusals): void {
  const refuse = (reason: string): void => refusals.add(entry.path, reason);
  const { uid, gid, mode, mtime, size } = entry;
  const isId = (id: number): boolean => Number.isInteger(id) && id >= 0 && id <= mostId;
  if (!isId(uid)) refuse(`its owner is ${uid}, the limit is ${mostId}`);
  if (!isId(gid)) refuse(`its group is ${gid}, the limit is ${mostId}`);
  if (mode < 0 || mode > 0o7777) refuse(`its mode is ${mode.toString(8)}, the limit is 7777`);
  if (!(mtime >= timeRange.first && mtime <= timeRange.last)) {
    refuse(`its time is ${mtime}, the limits are ${timeRange.first} and ${timeRange.last}`);
  }
  if (entry.type === "file") {
    if (size > mostFileBytes) refuse(`it has ${size} bytes, the limit is ${mostFileBytes}`);
    checkSegments(entry, refuse);
  }
  if (entry.type === "symlink") checkTarget(entry.target ?? "", refuse);
  if (entry.type === "character" || entry.type === "block") {
    const { major = 0, minor = 0 } = entry;
    if (major < 0 || major > deviceRange.major || minor < 0 || minor > deviceRange.minor) {
      refuse(
        `its device is ${major}:${minor}, the limit is ${deviceRange.major}:${deviceRange.minor}`,
      );
    }
  }
}

function checkTarget(target: string, refuse: (reason: string) => void): void {
  if (target.length > mostTargetBytes) {
    refuse(`its target has ${target.length} bytes, the limit is ${mostTargetBytes}`);
  }
  if (target === "") refuse("its target is empty");
  if (target.includes("\0")) refuse("its target contains a zero byte");
}

function checkSegments({ segments = [], size, source }: Entry, refuse: (r: string) => void): void {
  let end = 0;
  for (const [at, , length] of segments) {
    if (at % blockSize !== 0 || at < end || length <= 0 || at + length > size) {
      refuse(`its contents are cut at byte ${at} with length ${length} of ${size}`);
    }
    end = at + roundUp(length, blockSize);
  }
  if (segments.length > 0 && source === undefined) refuse("nothing says where its contents are");
}
