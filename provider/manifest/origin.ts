import { StoreError } from "../errors.ts";
import { canonicalJson } from "../plan/canonical.ts";
import type { Name } from "../tree/emission.ts";
import { entriesByPath } from "../tree/read-file.ts";
import type { Entry, EntryType, Tree } from "../tree/types.ts";
import type { LayerInstruction } from "./layer-instructions.ts";

/** Goes up when the form of the file changes. */
const VERSION = 1;

/** An image that a build starts from or copies from. */
export interface BaseImage {
  readonly name: string;
  /** As the engine knows it: `sha256:…`; absent where the engine does not have it. */
  readonly digest?: string;
}

/** A stage of a Dockerfile with more than one FROM, and what it starts from. */
export interface OriginStage {
  readonly name: string;
  readonly line: number;
  readonly from: string;
}

/** Where an image comes from. Nothing in it depends on when or where it was built. */
export interface OriginSource {
  /** `dockerfile`, `git`, `image` and so on, as in `Rootfs.source`. */
  readonly kind: string;
  /** The Dockerfile, relative to its context. */
  readonly file?: string;
  /** What the source is called: a repository, an image, a path of the project. */
  readonly name?: string;
  /** Digests of what was read: Dockerfile, context, commit, archive; by what they are of. */
  readonly digests: Readonly<Record<string, string>>;
  readonly stages: readonly OriginStage[];
  readonly baseImages: readonly BaseImage[];
}

/** What an earlier layer had at a path, before a later one replaced or deleted it. */
export interface EarlierVersion {
  readonly path: string;
  readonly layer: number;
  readonly type: EntryType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly digest?: string;
}

/** Which layer, that is which line of a Dockerfile, put each entry of a tree there. */
export interface Origin {
  /** Digest of the tree that it is about. */
  readonly tree: string;
  readonly sourceDateEpoch: number;
  readonly source: OriginSource;
  /** Bottom first; the last are those that Rootfs itself adds. */
  readonly layers: readonly LayerInstruction[];
  /** For the tree's entries in their order: `[layer, how many entries in a row]`; layers count from 0. */
  readonly runs: readonly (readonly [layer: number, count: number])[];
  /** Directories whose owner or mode a later layer changed, and which. */
  readonly changed: readonly (readonly [path: string, layer: number])[];
  readonly earlier: readonly EarlierVersion[];
}

/** What the layers of an image brought, as {@link LayerStack.names} tells it. */
export interface LayerRecord {
  /** Layers of the paths that there are, but for those of the lowest layer, which most are. */
  readonly layerOf: ReadonlyMap<string, number>;
  readonly changed: ReadonlyMap<string, number>;
  readonly earlier: readonly EarlierVersion[];
}

/** The number that a stack of layers gives the lowest. */
const LOWEST = 2;

/** Notes which layer each name comes from. */
export function recordLayers(names: Iterable<Name>): LayerRecord {
  const layerOf = new Map<string, number>();
  const changed = new Map<string, number>();
  const earlier: EarlierVersion[] = [];
  for (const { path, layer: number, changedIn, fate, inode } of names) {
    const layer = number - LOWEST;
    if (fate === "alive") {
      if (layer > 0) layerOf.set(path, layer);
      if (changedIn !== undefined) changed.set(path, changedIn - LOWEST);
      continue;
    }
    const { type, mode, uid, gid, size, digest } = inode.attributes;
    earlier.push({ path, layer, type, mode, uid, gid, size, ...(digest && { digest }) });
  }
  return { layerOf, changed, earlier };
}

/**
 * The origin of a tree that was made of an image's merged layers: what differs from `merged` was added or emptied by Rootfs's own inputs,
 * which count as one more layer.
 */
export function originOf(
  tree: Tree,
  merged: Tree,
  record: LayerRecord,
  { layers, ...rest }: Pick<Origin, "tree" | "sourceDateEpoch" | "source" | "layers">,
  added: string,
): Origin {
  const before = entriesByPath(merged);
  const own = layers.length;
  const runs: [number, number][] = [];
  for (const item of tree.items) {
    if (item.kind !== "entry") continue;
    const { path } = item;
    const layer = isSame(before.get(path), item) ? (record.layerOf.get(path) ?? 0) : own;
    const last = runs.at(-1);
    if (last?.[0] === layer) last[1]++;
    else runs.push([layer, 1]);
  }
  const isOwn = runs.some(([layer]) => layer === own);
  const there = entriesByPath(tree);
  return {
    ...rest,
    layers: isOwn ? [...layers, { instruction: added }] : layers,
    runs,
    changed: [...record.changed].filter(([path]) => there.has(path)),
    earlier: record.earlier,
  };
}

/** Links of a file may change who holds it; that brings nothing new. */
function isSame(before: Entry | undefined, now: Entry): boolean {
  if (before === now) return true;
  if (before === undefined) return false;
  const parts = ({ mode, uid, gid, size, digest, xattrs, mtime, mtimeNs, ...e }: Entry) =>
    before.type === "link" || now.type === "link"
      ? [mode, uid, gid, mtime, mtimeNs]
      : [e.type, mode, uid, gid, mtime, mtimeNs, size, digest, e.target, e.major, e.minor, xattrs];
  return canonicalJson(parts(before)) === canonicalJson(parts(now));
}

/** The layer of each entry of a tree, by path. */
export function layersByPath(tree: Tree, { runs }: Pick<Origin, "runs">): Map<string, number> {
  const found = new Map<string, number>();
  let run = 0;
  let left = runs[0]?.[1] ?? 0;
  for (const item of tree.items) {
    if (item.kind !== "entry") continue;
    while (left === 0 && run < runs.length - 1) left = runs[++run]![1];
    found.set(item.path, runs[run]![0]);
    left--;
  }
  return found;
}

/** An origin as the text of a file. */
export function encodeOrigin(origin: Origin): string {
  return `${canonicalJson({ version: VERSION, ...origin })}\n`;
}

/** How the text of a tree's origin ends: its keys are sorted. */
export function originEnd(tree: string): string {
  return `,"tree":"${tree}","version":${VERSION}}\n`;
}

/** The inverse of {@link encodeOrigin}. */
export function decodeOrigin(text: string, file: string): Origin {
  try {
    const { version, ...origin } = JSON.parse(text) as Origin & { version: number };
    if (version === VERSION) return origin;
  } catch (cause) {
    throw new StoreError(`${file} is damaged: it should hold a tree's origin as JSON`, { cause });
  }
  throw new StoreError(`${file} is no origin of version ${VERSION}`);
}
