/**
 * A tree is what an image contains: an ordered list of items over layer tars that are read in place.
 * Names, link targets and attribute values are latin1 strings: one character is one byte, so any name survives.
 *
 * Order is emission order, and it decides where things lie on disk: layer by layer; in a layer, tar order. A directory stays where it
 * first appeared (with the attributes of its last writer); a file stands where it was last written. What was deleted or overwritten
 * remains as a ghost at its old place, so that nothing behind it moves.
 */
export interface Tree {
  readonly items: readonly Item[];
  /** Digests (`sha256:…`) of the uncompressed layer tars that hold the contents; {@link Entry.source} counts into it. */
  readonly sources: readonly string[];
}

export type Item = Entry | Ghost | Boundary;

/** Items of a tree that may be made when they are asked for; an array of them is one. */
export interface Items extends Iterable<Item> {
  readonly length: number;
  at(index: number): Item | undefined;
}

/** A {@link Tree} whose items need not be there all at once. */
export interface PlannedTree extends Pick<Tree, "sources"> {
  readonly items: Items;
}

export type EntryType = "file" | "directory" | "symlink" | "character" | "block" | "fifo" | "link";

/** A path of the machine. Parents come before their children; a `link` after the entry that it names. */
export interface Entry {
  readonly kind: "entry";
  /** No leading slash, no `.` or `..`; the root directory is "". */
  readonly path: string;
  readonly type: EntryType;
  /** Permission bits with setuid, setgid and sticky (12 bits). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, may be negative; already clamped to `sourceDateEpoch`. */
  readonly mtime: number;
  readonly mtimeNs: number;
  /** Bytes of a file, length of a symlink's target, else 0. */
  readonly size: number;
  /** Target of a symlink as written; of a `link` (hard link), the path of the entry it shares its inode with. */
  readonly target?: string;
  readonly major?: number;
  readonly minor?: number;
  /** Extended attributes sorted by name: full name (`user.x`, `security.capability`, `system.posix_acl_access`) and value. */
  readonly xattrs?: readonly (readonly [name: string, value: string])[];
  /** `sha256:…` of a file's whole content, holes read as zeros; absent for an empty file. */
  readonly digest?: string;
  /** Index into {@link Tree.sources} of the tar that holds the content. */
  readonly source?: number;
  /**
   * Where the bytes are: `[position in the file, offset in the tar, length]`, ascending. Positions that no segment covers are
   * holes (zeros). Every position and, but for the end of the file, every length is a multiple of 4096 when there is more than one.
   */
  readonly segments?: readonly (readonly [at: number, offset: number, length: number])[];
}

/** Something that a later layer deleted or overwrote: it keeps its place (blocks, inode, name), nothing else. */
export interface Ghost {
  readonly kind: "ghost";
  readonly path: string;
  readonly type: EntryType;
  readonly size: number;
  /** Parts of a file that were data, `[position, length]`, when it had holes; absent: all of `size`. */
  readonly data?: readonly (readonly [at: number, length: number])[];
}

/** End of a layer that held something. */
export interface Boundary {
  readonly kind: "boundary";
}

/** Opens a source of a tree for reading; the store or a test knows where the bytes are. */
export type SourcePath = (source: string) => string;

/** One entry of a layer as its tar has it: times not clamped, whiteouts still files named `.wh.…`. */
export type LayerMember = Omit<Entry, "kind" | "source">;

/** What a layer tar holds, in tar order. */
export interface LayerIndex {
  readonly members: Iterable<LayerMember>;
  /** Members among which all whiteouts are, where they can be told apart without looking at every one. */
  readonly whiteouts?: Iterable<LayerMember>;
}
