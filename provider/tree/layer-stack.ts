import { ContentError } from "../errors.ts";
import {
  type Attributes,
  emit,
  forget,
  type Inode,
  inherited,
  type Name,
  nameFor,
  type Place,
  placesOf,
} from "./emission.ts";
import { shownName } from "./shown-name.ts";
import { baseOf, demandPath, joinPath, MAX_LINKS, parentOf } from "./tree-path.ts";
import type { Tree } from "./types.ts";

/** Something that a layer puts at a path; `target` of a link is the path it shares its inode with. */
export type Addition = Attributes & { readonly path: string };

/** A directory that exists now, with the names in it. */
interface Directory {
  readonly name: Name;
  readonly parent: Directory | undefined;
  readonly children: Map<string, Name>;
}

/** Most bytes of the paths of directories that no layer lists: one short member could mean thousands. */
const MAX_MADE_BYTES = 64 << 20;

/** Layers applied one on another; knows what is there now and remembers the place of everything that was. */
export class LayerStack {
  #places: Place[];
  readonly #directories = new Map<string, Directory>();
  /** Inodes whose place the running layer took away. */
  readonly #orphans = new Map<Inode, Name>();
  #layer = 0;
  #madeBytes = 0;

  constructor(tree: Tree = { items: [], sources: [] }) {
    this.#places = placesOf(tree);
    for (const place of this.#places) {
      if (place.kind === "name") this.#enter(place, this.#directories.get(parentOf(place.path)));
    }
    this.beginLayer();
  }

  /** What comes from here on is of a new layer; ends the one before. */
  beginLayer(): void {
    this.#settle();
    this.#layer++;
    this.#places.push({ kind: "boundary" });
  }

  /** Takes away what lower layers have at a path, for a whiteout. */
  remove(path: string): void {
    const directory = this.#directories.get(parentOf(path));
    const name = directory?.children.get(baseOf(path));
    if (directory && name) this.#kill(directory, name);
  }

  /** Takes away all that lower layers have in a directory, for an opaque directory. */
  clear(path: string): void {
    const directory = this.#directories.get(path);
    for (const name of directory?.children.values() ?? []) this.#kill(directory!, name);
  }

  /**
   * Puts an entry in place of whatever its path has; a directory only gives its attributes to the one that is there. `source` is the
   * digest of the tar that its segments are in.
   */
  add(attributes: Addition, source?: string): void {
    const { path } = attributes;
    if (path === "") {
      this.#change(this.#root(attributes).name, attributes);
      return;
    }
    const directory = this.#walk(parentOf(path), attributes)!;
    const place = joinPath(directory.name.path, baseOf(path));
    const existing = directory.children.get(baseOf(path));
    if (attributes.type === "directory" && existing?.inode.attributes.type === "directory") {
      this.#change(existing, attributes);
      return;
    }
    let inode: Inode = { attributes, source, names: [] };
    if (attributes.type === "link") {
      const target = this.#find(attributes.target!);
      if (target === undefined || target.inode.attributes.type === "directory") {
        const what = target ? "a directory" : "not in the image by then";
        throw new ContentError(
          `${shownName(path)} is a hard link to ${shownName(attributes.target!)}, which is ${what}`,
        );
      }
      if (existing?.inode === target.inode) return;
      inode = target.inode;
    }
    // First: what gives way may hold the last other name of a linked file.
    this.#place(place, inode, attributes.type !== "link", directory);
    if (existing) this.#kill(directory, existing);
  }

  /** The tree as it is now. */
  tree(): Tree {
    this.#settle();
    return emit([...this.#places, { kind: "boundary" }]);
  }

  /** Every name that there is, or that a later layer took away, in emission order. */
  *names(): Generator<Name> {
    this.#settle();
    for (const name of this.#places) if (name.kind === "name" && name.fate !== "gone") yield name;
  }

  /** Layers repeat the directories that lead to what they bring: only another owner or mode is a change to tell of. */
  #change(directory: Name, attributes: Attributes): void {
    const { mode, uid, gid } = directory.inode.attributes;
    const isSame = mode === attributes.mode && uid === attributes.uid && gid === attributes.gid;
    if (!isSame && directory.layer !== this.#layer) directory.changedIn = this.#layer;
    directory.inode.attributes = attributes;
  }

  #enter(name: Name, parent: Directory | undefined): void {
    if (name.path !== "") parent!.children.set(baseOf(name.path), name);
    if (name.inode.attributes.type === "directory") {
      this.#directories.set(name.path, { name, parent, children: new Map() });
    }
  }

  #kill(directory: Directory, name: Name): void {
    if (name.inode.attributes.type === "directory") {
      const own = this.#directories.get(name.path)!;
      for (const child of own.children.values()) this.#kill(own, child);
      this.#directories.delete(name.path);
    }
    const base = baseOf(name.path);
    if (directory.children.get(base) === name) directory.children.delete(base);
    if (name.layer === this.#layer) forget(name);
    else {
      name.fate = "ghost";
      if (name.holds) this.#orphans.set(name.inode, name);
    }
  }

  /** Done when a layer ends, as it mostly replaces all names of a linked file. */
  #settle(): void {
    if (this.#orphans.size === 0) return;
    const directoryOf = ({ path }: Name) => this.#directories.get(parentOf(path))!.name;
    this.#places = inherited(this.#places, this.#orphans, directoryOf);
    this.#orphans.clear();
  }

  #root(first: Attributes): Directory {
    return this.#directories.get("") ?? this.#make("", undefined, first);
  }

  /** Makes a directory that no layer lists; it is as old as what is the first in it. */
  #make(path: string, parent: Directory | undefined, { mtime, mtimeNs }: Attributes): Directory {
    this.#madeBytes += path.length;
    if (this.#madeBytes > MAX_MADE_BYTES) {
      throw new ContentError(`${shownName(path)}: too many directories that no layer lists`);
    }
    const rest = { uid: 0, gid: 0, size: 0, mtime, mtimeNs };
    const attributes = { type: "directory", mode: 0o755, ...rest } as const;
    this.#place(path, { attributes, source: undefined, names: [] }, true, parent);
    return this.#directories.get(path)!;
  }

  #place(path: string, inode: Inode, holds: boolean, parent: Directory | undefined): void {
    demandPath(path);
    const name = nameFor(path, inode, this.#layer, holds);
    this.#places.push(name);
    this.#enter(name, parent);
  }

  #find(path: string): Name | undefined {
    return this.#walk(parentOf(path))?.children.get(baseOf(path));
  }

  /**
   * The directory that a path leads to, through symlinks as containerd does it when it applies a layer. When
   * it is for something to be put there, what is missing is made and what is no directory gives way to one.
   */
  #walk(path: string, first?: Attributes): Directory | undefined {
    const known = this.#directories.get(path);
    if (known) return known;
    const root = first ? this.#root(first) : this.#directories.get("");
    if (root === undefined) return undefined;
    let at = root;
    let followed = 0;
    for (let parts = path.split("/"); parts.length > 0; ) {
      const part = parts.shift()!;
      if (part === "" || part === ".") continue;
      if (part === "..") {
        at = at.parent ?? at;
        continue;
      }
      const child = at.children.get(part);
      const { type, target } = child?.inode.attributes ?? {};
      if (type === "directory") at = this.#directories.get(child!.path)!;
      else if (type === "symlink") {
        if (++followed > MAX_LINKS)
          throw new ContentError(`${shownName(path)}: symlinks without an end`);
        parts = [...target!.split("/"), ...parts];
        if (target!.startsWith("/")) at = root;
      } else if (first) {
        if (child) this.#kill(at, child);
        at = this.#make(joinPath(at.name.path, part), at, first);
      } else return undefined;
    }
    return at;
  }
}
