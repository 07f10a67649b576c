import type { InputProblem } from "../errors.ts";
import { fatTypeOf } from "./fat-type.ts";
import type { FstabEntry } from "./fstab.ts";
import type { Partition } from "./layout.ts";

/** A folder of a filesystem that another partition is mounted on. */
export interface Mount {
  readonly partition: string;
  /** From the filesystem's root, such as /home. */
  readonly path: string;
}

/** The folders of the part of a tree at `subtree` that other partitions are mounted on; those inside of one another are left to the outer. */
export function mountsIn(subtree: string, partitions: readonly Partition[]): Mount[] {
  const root = subtree === "/" ? "" : subtree;
  const inside = partitions
    .filter(({ mountPoint }) => mountPoint !== "/" && mountPoint.startsWith(`${root}/`))
    .map(({ name, mountPoint }) => ({ partition: name, path: mountPoint.slice(root.length) }));
  return inside
    .filter(({ path }) => !inside.some((other) => path.startsWith(`${other.path}/`)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Lines of fstab(5) that mount partitions where the layout says, and use swap; by UUID, as disks change their names. */
export function fstabOf(partitions: readonly Partition[]): FstabEntry[] {
  return partitions
    .filter(({ filesystem, mountPoint }) => filesystem === "swap" || mountPoint !== "")
    .sort((a, b) => (depth(a) !== depth(b) ? depth(a) - depth(b) : a.number - b.number))
    .map(lineOf);
}

function lineOf({ filesystem, mountPoint, uuid, partUuid, attributes }: Partition): FstabEntry {
  const device = uuid === "" ? `PARTUUID=${partUuid}` : `UUID=${uuid}`;
  if (filesystem === "swap")
    return { device, mountPoint: "none", type: "swap", options: "sw", pass: 0 };
  const packed = filesystem === "squashfs" || filesystem === "erofs";
  const isReadOnly = packed || attributes?.includes("read-only");
  return {
    device,
    mountPoint,
    type: fatTypeOf(filesystem) ? "vfat" : filesystem,
    options: isReadOnly ? "ro" : "defaults",
    pass: packed ? 0 : mountPoint === "/" ? 1 : 2,
  };
}

/** Mount points from the root outwards, and swap behind them. */
function depth({ filesystem, mountPoint }: Partition): number {
  if (filesystem === "swap") return Number.POSITIVE_INFINITY;
  return mountPoint === "/" ? 0 : mountPoint.split("/").length - 1;
}

/** What is wrong with the partitions that a filesystem's machine mounts. */
export function mountProblems(
  mounts: readonly Partition[],
  fstab: readonly FstabEntry[],
): InputProblem[] {
  return mounts.flatMap(({ mountPoint, name }, index): InputProblem[] => {
    const property = `mounts[${index}].mountPoint`;
    const given = fstab.findIndex((line) => line.mountPoint === mountPoint);
    if (mountPoint === "/etc")
      return [{ property, reason: `"/etc" holds fstab, which says what partition "${name}" is` }];
    if (mountPoint !== "" && given >= 0)
      return [{ property, reason: `"${mountPoint}" is what fstab[${given}] mounts already` }];
    return [];
  });
}
