import { entriesByPath } from "../tree/read-file.ts";
import type { Entry, Tree } from "../tree/types.ts";
import type { CpioRefusal } from "./limits.ts";

const base = { kind: "entry", uid: 0, gid: 0, mtimeNs: 0, size: 0 } as const;

/** The kernel opens /dev/console for its first process before anything is mounted (devices.txt). */
const console = { type: "character", mode: 0o600, major: 5, minor: 1 } as const;
const null_ = { type: "character", mode: 0o666, major: 1, minor: 3 } as const;

/**
 * What a machine that runs from its initramfs needs and an image may lack: the root, proc, sys, dev, and the first
 * two devices. An empty file in the place of a device is what `docker export` leaves: the device takes it.
 */
export function withMountPoints(tree: Tree): { entries: Entry[]; refusals: CpioRefusal[] } {
  const there = entriesByPath(tree);
  const mtime = there.get("")?.mtime ?? 0;
  const folder = (path: string, mode = 0o755): Entry => ({
    ...{ ...base, path, mode, mtime, type: "directory" },
  });
  const wanted: Entry[] = [
    folder(""),
    folder("proc", 0o555),
    folder("sys", 0o555),
    folder("dev"),
    { ...base, ...console, path: "dev/console", mtime },
    { ...base, ...null_, path: "dev/null", mtime },
  ];
  const refusals: CpioRefusal[] = [];
  const added: Entry[] = [];
  for (const want of wanted) {
    const found = there.get(want.path);
    if (found === undefined || (want.type === "character" && isEmptyFile(found))) added.push(want);
    else if (!isSame(found, want))
      refusals.push({
        path: want.path,
        reason: `it is a ${found.type} but the machine needs ${needed(want)} there`,
      });
  }
  const replaced = new Set(added.map(({ path }) => path));
  const kept = [...there.values()].filter(({ path }) => !replaced.has(path));
  return { entries: [...kept, ...added], refusals };
}

function isEmptyFile({ type, size }: Entry): boolean {
  return type === "file" && size === 0;
}

function isSame(found: Entry, want: Entry): boolean {
  const { type, major, minor } = want;
  return found.type === type && found.major === major && found.minor === minor;
}

function needed({ type, major, minor }: Entry): string {
  return type === "directory" ? "a directory" : `the device ${major}:${minor}`;
}
