import type { Boundary, Entry, Ghost, Item, Tree } from "./types.ts";

/** What an inode says. An entry of a tree serves as it is: most of a tree goes unchanged into the next. */
export type Attributes = Omit<Entry, "kind" | "path" | "source">;

/** A file, directory … with every name it has had, in the order in which they came. */
export interface Inode {
  attributes: Attributes;
  /** Digest of the layer that has its content. */
  source: string | undefined;
  names: Name[];
}

/** One name of an inode at its place in the order. */
export interface Name {
  readonly kind: "name";
  readonly path: string;
  readonly inode: Inode;
  /** Number of the layer that brought it: in a stack of layers alone, the lowest is 2. */
  readonly layer: number;
  /** Of a directory: number of the layer that last gave it another owner or mode. */
  changedIn?: number;
  /** `ghost`: a later layer took it away; `gone`: nothing of it remains. */
  fate: "alive" | "ghost" | "gone";
  /** True when the inode lies at this name's place; the inode's other names are links. */
  holds: boolean;
}

/** What a tree is made from, in emission order. An entry is what is there by one name and stays: most of a tree. */
export type Place = Name | Entry | Ghost | Boundary;

/**
 * Writes places down as a tree: what is alive, the ghosts between, and the boundaries of layers that held something. Entries among them
 * count into `known`.
 */
export function emit(places: readonly Place[], known: readonly string[]): Tree {
  const items: Item[] = [];
  const sources = new Map<string, number>();
  const holders = new Map<Inode, string>();
  const numberOf = (source: string | undefined) => {
    if (source !== undefined && !sources.has(source)) sources.set(source, sources.size);
    return source === undefined ? undefined : sources.get(source);
  };
  const show = ({ path, inode }: Name) => {
    const { attributes, source } = inode;
    if (inode.names.length > 1) holders.set(inode, path);
    items.push(entryOf(path, attributes, numberOf(source)));
  };
  let ended = 0;
  for (const place of places) {
    if (place.kind === "ghost") items.push(place);
    else if (place.kind === "entry")
      items.push(entryOf(place.path, place, numberOf(sourceOf(place, known))));
    else if (place.kind === "boundary") {
      if (items.length > ended) ended = items.push(place);
    } else if (place.fate === "ghost") items.push(ghostOf(place));
    else if (place.fate === "alive" && place.holds) show(place);
    else if (place.fate === "alive") items.push(linkTo(place, holders.get(place.inode)!));
  }
  return { items, sources: [...sources.keys()] };
}

/** The digest of the tar that holds an entry's content. */
export function sourceOf({ source }: Entry, known: readonly string[]): string | undefined {
  return source === undefined ? undefined : known[source];
}

/**
 * An entry of a tree at a path: the attributes themselves, where they are that already. Written out, what most entries are lies in one
 * piece of memory.
 */
export function entryOf(
  path: string,
  attributes: Partial<Entry> & Attributes,
  source?: number,
): Entry {
  const { kind, path: own, source: numbered } = attributes;
  if (kind === "entry" && own === path && numbered === source) return attributes as Entry;
  if (source === undefined) return { ...attributes, kind: "entry", path };
  const { type, mode, uid, gid, mtime, mtimeNs, size, digest, segments } = attributes;
  const { target, major, xattrs } = attributes;
  if (!digest || !segments || target !== undefined || major !== undefined || xattrs)
    return { ...attributes, kind: "entry", path, source };
  return {
    path,
    type,
    mode,
    uid,
    gid,
    mtime,
    mtimeNs,
    size,
    digest,
    segments,
    kind: "entry",
    source,
  };
}

function linkTo({ path, inode }: Name, target: string): Entry {
  const { mode, uid, gid, mtime, mtimeNs } = inode.attributes;
  return { kind: "entry", path, type: "link", mode, uid, gid, mtime, mtimeNs, size: 0, target };
}

function ghostOf({ path, inode, holds }: Name): Ghost {
  if (!holds) return { kind: "ghost", path, type: "link", size: 0 };
  const { type, size, segments } = inode.attributes;
  const solid = segments === undefined || segments[0]?.[2] === size;
  const data = solid ? {} : { data: segments.map(([at, , length]) => [at, length] as const) };
  return { kind: "ghost", path, type, size, ...data };
}

/** Takes a name away without a trace; the next name of its inode that is left holds it from then on. */
export function forget(name: Name): void {
  name.fate = "gone";
  if (!name.holds) return;
  name.holds = false;
  const heir = name.inode.names.find((other) => other.fate === "alive");
  if (heir) heir.holds = true;
}

/** Gives an inode one more name. */
export function nameFor(path: string, inode: Inode, layer: number, holds: boolean): Name {
  const name: Name = { kind: "name", path, inode, layer, fate: "alive", holds };
  // An array that something is pushed to has room for 17 from the start, and nearly every inode has one name.
  if (inode.names.length === 0) inode.names = [name];
  else inode.names.push(name);
  return name;
}

/** The places of a tree, from which {@link emit} makes the same tree again: names of what has more than one, and of directories. */
export function placesOf(tree: Tree): Place[] {
  const linked = new Set<string>();
  for (const item of tree.items)
    if (item.kind === "entry" && item.type === "link") linked.add(item.target!);
  const inodes = new Map<string, Inode>();
  return tree.items.map((item): Place => {
    if (item.kind !== "entry") return item;
    const { path, type } = item;
    if (type !== "directory" && type !== "link" && !linked.has(path)) return item;
    const source = sourceOf(item, tree.sources);
    const inode = (type === "link" ? inodes.get(item.target!) : undefined) ?? {
      attributes: item,
      source,
      names: [],
    };
    if (linked.has(path)) inodes.set(path, inode);
    return nameFor(path, inode, 0, type !== "link");
  });
}

/**
 * Gives what hard links are left of each orphaned inode its place: the first takes it over, if its directory is there
 * by then; else the inode moves to where that name stands.
 */
export function inherited(
  places: Place[],
  orphans: ReadonlyMap<Inode, Name>,
  directoryOf: (name: Name) => Name,
): Place[] {
  const left = [...orphans].flatMap(([inode, name]) => {
    const heir = inode.names.find((other) => other.fate === "alive");
    return heir ? [{ name, heir }] : [];
  });
  // Mostly nothing is: most files have one name.
  if (left.length === 0) return places;
  const order = new Map(places.map((place, i) => [place, i]));
  const heirs = new Map<Place, Name>();
  for (const { name, heir } of left) {
    heir.holds = true;
    if (order.get(directoryOf(heir))! > order.get(name)!) continue;
    name.holds = false;
    heirs.set(name, heir);
  }
  const moved = new Set<Place>(heirs.values());
  return places.flatMap((place): Place[] => {
    const heir = heirs.get(place);
    if (heir) return [place, heir];
    if (!moved.has(place)) return [place];
    // What it leaves keeps its layer from looking empty.
    return [{ kind: "ghost", path: (place as Name).path, type: "link", size: 0 }];
  });
}
