import { Digests } from "./digests.ts";
import type { Entry, Item, Items } from "./types.ts";

type Plain = Required<Pick<Entry, "digest" | "segments" | "source">> & Entry;

/**
 * The items of a tree in a quarter of the memory, each made when it is asked for. Files with all their bytes in one place, nearly all items of
 * a large tree, are columns of numbers, digests and paths; all else stays what it is.
 */
export class PackedItems implements Items {
  readonly length: number;
  readonly #others = new Map<number, Item>();
  /** Where each path ends among all of them, which are latin1. */
  readonly #pathEnds: Float64Array;
  readonly #paths: Buffer;
  readonly #digests = new Digests();
  readonly #digestNumbers: Uint32Array;
  readonly #modes: Uint16Array;
  readonly #owners: Uint32Array;
  readonly #groups: Uint32Array;
  readonly #times: Float64Array;
  readonly #nanoseconds: Uint32Array;
  readonly #sizes: Float64Array;
  readonly #sources: Uint32Array;
  readonly #offsets: Float64Array;

  constructor(items: readonly Item[]) {
    const count = items.length;
    this.length = count;
    this.#pathEnds = new Float64Array(count);
    this.#paths = Buffer.alloc(items.reduce((sum, i) => sum + (isPlain(i) ? i.path.length : 0), 0));
    this.#digestNumbers = new Uint32Array(count);
    this.#modes = new Uint16Array(count);
    this.#owners = new Uint32Array(count);
    this.#groups = new Uint32Array(count);
    this.#times = new Float64Array(count);
    this.#nanoseconds = new Uint32Array(count);
    this.#sizes = new Float64Array(count);
    this.#sources = new Uint32Array(count);
    this.#offsets = new Float64Array(count);
    let end = 0;
    for (const [at, item] of items.entries()) {
      if (isPlain(item)) end += this.#put(at, item, end);
      else this.#others.set(at, item);
      this.#pathEnds[at] = end;
    }
  }

  at(index: number): Item | undefined {
    if (index >= this.length) return undefined;
    return this.#others.get(index) ?? this.#plainAt(index);
  }

  *[Symbol.iterator](): Generator<Item> {
    for (let at = 0; at < this.length; at++) yield this.at(at)!;
  }

  /** Gives the bytes of the path, which goes to `start`. */
  #put(at: number, entry: Plain, start: number): number {
    this.#digestNumbers[at] = this.#digests.add(entry.digest);
    this.#modes[at] = entry.mode;
    this.#owners[at] = entry.uid;
    this.#groups[at] = entry.gid;
    this.#times[at] = entry.mtime;
    this.#nanoseconds[at] = entry.mtimeNs;
    this.#sizes[at] = entry.size;
    this.#sources[at] = entry.source;
    this.#offsets[at] = entry.segments[0]![1];
    return this.#paths.write(entry.path, start, "latin1");
  }

  #plainAt(at: number): Entry {
    const size = this.#sizes[at]!;
    return {
      path: this.#paths.toString("latin1", this.#pathEnds[at - 1] ?? 0, this.#pathEnds[at]),
      type: "file",
      mode: this.#modes[at]!,
      uid: this.#owners[at]!,
      gid: this.#groups[at]!,
      mtime: this.#times[at]!,
      mtimeNs: this.#nanoseconds[at]!,
      size,
      digest: this.#digests.at(this.#digestNumbers[at]!),
      segments: [[0, this.#offsets[at]!, size]],
      kind: "entry",
      source: this.#sources[at]!,
    };
  }
}

/** True for a file with its content in one piece and nothing rare. */
function isPlain(item: Item): item is Plain {
  if (item.kind !== "entry" || item.type !== "file") return false;
  const { digest, segments, source, size, target, major, minor, xattrs } = item;
  const { mode, uid, gid, mtimeNs } = item;
  const [first] = segments ?? [];
  return (
    first !== undefined &&
    segments!.length === 1 &&
    first[0] === 0 &&
    first[2] === size &&
    source !== undefined &&
    digest !== undefined &&
    (target ?? major ?? minor ?? xattrs) === undefined &&
    [mode, uid, gid, mtimeNs].every((number) => number >>> 0 === number) &&
    mode <= 0xffff
  );
}
