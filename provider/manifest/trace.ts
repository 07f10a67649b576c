import { open, readFile } from "node:fs/promises";
import type { Store } from "../store/store.ts";
import { loadTree } from "../tree/object.ts";
import { entriesByPath, findEntry } from "../tree/read-file.ts";
import { baseOf, joinPath, parentOf } from "../tree/tree-path.ts";
import type { EntryType, Tree } from "../tree/types.ts";
import type { LayerInstruction } from "./layer-instructions.ts";
import { decodeOrigin, layersByPath, type Origin, originEnd } from "./origin.ts";
import { type Owners, readOwners } from "./owners.ts";

/** A layer of an image, as a trace names it. */
export interface TracedLayer extends LayerInstruction {
  /** From 1, the lowest. */
  readonly number: number;
  /** The Dockerfile that `line` counts in, relative to its context. */
  readonly file?: string;
}

/** What one layer has at a path. */
export interface TracedVersion {
  readonly layer: TracedLayer;
  readonly type: EntryType;
  /** 12 bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of a file, length of a symlink's target. */
  readonly size: number;
  /** `sha256:…` of a file's content; absent for an empty one and for what is no file. */
  readonly digest?: string;
}

/** Where a path of a machine comes from. */
export interface Trace {
  /** Without a leading slash, symlinks among its parents followed; one latin1 character a byte. */
  readonly path: string;
  /** What the machine has there; absent for what a later layer deleted. */
  readonly now?: TracedVersion & {
    /** Target of a symlink; of a hard link the path that it shares its inode with. */
    readonly target?: string;
    /** Of a directory: the layer that last gave it another owner or mode. */
    readonly changedBy?: TracedLayer;
  };
  /** Packages that it belongs to. */
  readonly packages: readonly string[];
  /** What lower layers have there, the uppermost first: it is in the image and not to be seen. */
  readonly shadows: readonly TracedVersion[];
}

/**
 * Which layer, that is which line of a Dockerfile, put a path there, and what it hides; undefined for a path that no layer has. A symlink
 * at the end of the path is not followed. Pure: `readTrace` reads what it needs.
 */
export function trace(
  image: { readonly tree: Tree; readonly origin: Origin; readonly owners: Owners },
  path: string,
): Trace | undefined {
  const { tree, origin, owners } = image;
  const place = placeOf(tree, path);
  const layer = (i: number) => layerAt(origin, i);
  const entry = entriesByPath(tree).get(place);
  const shadows = origin.earlier
    .filter((version) => version.path === place)
    .map(({ path: _, layer: i, ...rest }) => ({ ...rest, layer: layer(i) }))
    .reverse();
  if (!entry && shadows.length === 0) return undefined;
  const changed = origin.changed.find(([changedPath]) => changedPath === place)?.[1];
  const held = entry?.type === "link" ? entriesByPath(tree).get(entry.target!) : entry;
  const now = entry && {
    layer: layer(layersByPath(tree, origin).get(place) ?? 0),
    ...{ type: entry.type, mode: entry.mode, uid: entry.uid, gid: entry.gid },
    size: held?.size ?? 0,
    ...(held?.digest && { digest: held.digest }),
    ...(entry.target !== undefined && { target: entry.target }),
    ...(changed !== undefined && { changedBy: layer(changed) }),
  };
  return { path: place, ...(now && { now }), packages: owners.get(place) ?? [], shadows };
}

/**
 * Traces a path of a machine whose tree and origin are in the store: `digest` of `Rootfs.ref` and of `Rootfs.origin`, as the stack's state
 * has them. `bootwright trace PATH` is this and {@link traceText}. Throws where one of them is no longer in the store.
 */
export async function readTrace(
  store: Pick<Store, "path">,
  { tree: treeDigest, origin: originDigest }: { readonly tree: string; readonly origin: string },
  path: string,
): Promise<Trace | undefined> {
  const tree = await loadTree(store.path("tree", treeDigest));
  const file = store.path("file", originDigest);
  const origin = decodeOrigin(await readFile(file, "utf8"), file);
  const owners = await readOwners(tree, (source) => store.path("layer", source));
  return trace({ tree, origin, owners }, Buffer.from(path).toString("latin1"));
}

/** Whether a file is the origin of a tree, by its last bytes; false when it is not there. A Rootfs names kernels as files, too. */
export async function isOriginOf(file: string, treeDigest: string): Promise<boolean> {
  const end = Buffer.from(originEnd(treeDigest));
  const handle = await open(file).catch(() => undefined);
  if (!handle) return false;
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(end.length);
    await handle.read(last, 0, last.length, Math.max(0, size - last.length));
    return last.equals(end);
  } finally {
    await handle.close();
  }
}

/** The layer of that position in an origin. */
export function layerAt({ layers, source }: Origin, i: number): TracedLayer {
  const made = layers[i] ?? { instruction: "" };
  const file = made.line !== undefined && source.file ? { file: source.file } : {};
  return { number: i + 1, ...made, ...file };
}

/** A path as the tree has it: no slash at its ends, symlinks among its parents followed. */
function placeOf(tree: Tree, path: string): string {
  const plain = path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
  const parent = findEntry(tree, parentOf(plain));
  return parent?.type === "directory" ? joinPath(parent.path, baseOf(plain)) : plain;
}
