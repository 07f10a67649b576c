/** An entry that is added to a tree, with its content at hand; the path has no leading slash. */
export interface MachineFile {
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly content?: Uint8Array;
  /** File of this machine that holds the content instead, which may be large. */
  readonly from?: string;
  readonly target?: string;
}

/** What has to be known of an image to complete it. */
export interface ImagePaths {
  has(path: string): boolean;
  /** True where there is nothing, or an empty file: container engines put theirs over it, a machine has no such help. */
  blank(path: string): boolean;
}

/** A file of root's with a text. */
export function text(path: string, content: string, mode = 0o644): MachineFile {
  return { path, type: "file", mode, uid: 0, gid: 0, content: Buffer.from(content) };
}

/** A symlink. */
export function link(path: string, target: string): MachineFile {
  return { path, type: "symlink", mode: 0o777, uid: 0, gid: 0, target };
}
