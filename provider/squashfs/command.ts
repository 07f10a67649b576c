import { levelOf, type SquashfsChoice } from "./options.ts";

/** What mksquashfs is told of the root, which is no member of its input, and of the filesystem. */
export interface SquashfsFrame {
  readonly options: Pick<SquashfsChoice, "compression" | "level">;
  readonly root: {
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly mtime: number;
  };
  /** Creation time in seconds since 1970. */
  readonly sourceDateEpoch: number;
}

/**
 * The arguments that make `file` from a tar on stdin. Without `-root-…` the root of a tar is everybody's to write and the caller's.
 * A SOURCE_DATE_EPOCH would cut off the times of files, and excludes `-mkfs-time`: it is taken out of the environment (mksquashfs(1)).
 */
export function squashfsArguments(file: string, frame: SquashfsFrame): string[] {
  const { options, root, sourceDateEpoch } = frame;
  const level = levelOf(options);
  return [
    ...["-u", "SOURCE_DATE_EPOCH", "mksquashfs", "-", file],
    ...["-tar", "-noappend", "-reproducible", "-no-progress", "-quiet", "-xattrs"],
    ...["-comp", options.compression],
    ...(level === undefined ? [] : ["-Xcompression-level", String(level)]),
    ...["-root-mode", root.mode.toString(8), "-root-uid", String(root.uid)],
    ...["-root-gid", String(root.gid), "-root-time", String(root.mtime)],
    ...["-mkfs-time", String(sourceDateEpoch)],
  ];
}
