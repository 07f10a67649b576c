import { ContentError } from "../errors.ts";
import { type Attributes, forget, type Inode, type Name } from "./emission.ts";
import { Places } from "./places.ts";
import { shownName } from "./shown-name.ts";
import { baseOf, demandPath, joinPath, MAX_LINKS, parentOf } from "./tree-path.ts";
import type { EntryType, Tree } from "./types.ts";

/** Something that a layer puts at a path; `target` of a link is the path it shares its inode with. */
export type Addition = Attributes & { readonly path: string };

/** What a directory has by some name; a number is the place of what is an entry still. */
type Child = Name | number;

/** A directory that exists now, with the names in it. */
interface Directory {
  readonly name: Name;
  readonly parent: Directory | undefined;
  readonly children: Map<string, Child>;
}

/** Most bytes of the paths of directories that no layer lists: one short member could mean thousands. */
const MAX_MADE_BYTES = 64 << 20;

/** Layers applied one on another; knows what is there now and remembers the place of everything that was. */
export class LayerStack {
  readonly #places: Places;
  readonly #directories = new Map<string, Directory>();
  /** Inodes whose place the running layer took away. */
  readonly #orphans = new Map<Inode, Name>();
  #madeBytes = 0;

  constructor(tree: Tree = { items: [], sources: [] }) {
    this.#places = new Places(tree);
    for (const [at, place] of this.#places.entries()) {
      const parent = "path" in place ? this.#directories.get(parentOf(place.path)) : undefined;
      if (place.kind === "name") this.#enter(place, parent);
      if (place.kind === "entry") parent!.children.set(baseOf(place.path), at);
    }
    this.beginLayer();
  }

  /** What comes from here on is of a new layer; ends the one before. */
  beginLayer(): void {
    this.#settle();
    this.#places.beginLayer();
  }

  /** Takes away what lower layers have at a path, for a whiteout. */
  remove(path: string): void {
    const directory = this.#directories.get(parentOf(path));
    const name = directory && this.#nameIn(directory, baseOf(path));
    if (directory && name) this.#kill(directory, name);
  }

  /** Takes away all that lower layers have in a directory, for an opaque directory. */
  clear(path: string): void {
    const directory = this.#directories.get(path);
    for (const base of directory?.children.keys() ?? [])
      this.#kill(directory!, this.#nameIn(directory!, base)!);
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
    const parent = parentOf(path);
    const base = baseOf(path);
    const directory = this.#walk(parent, attributes)!;
    const isThere = directory.name.path === parent;
    const place = isThere ? path : joinPath(directory.name.path, base);
    const existing = this.#nameIn(directory, base);
    if (attributes.type === "directory" && existing?.inode.attributes.type === "directory") {
      this.#change(existing, attributes);
      return;
    }
    // First: what gives way may hold the last other name of a linked file.
    if (attributes.type === "link") {
      const { inode } = this.#linked(attributes);
      if (existing?.inode === inode) return;
      this.#place(place, inode, false, directory);
    } else if (attributes.type === "directory")
      this.#place(place, { attributes, source, names: [] }, true, directory);
    else {
      demandPath(place);
      directory.children.set(base, this.#places.addEntry(place, attributes, source));
    }
    if (existing) this.#kill(directory, existing);
  }

  /** The tree as it is now. */
  tree(): Tree {
    this.#settle();
    return this.#places.tree();
  }

  /** Every name that there is, or that a later layer took away, in emission order. */
  names(): Generator<Name> {
    this.#settle();
    return this.#places.names();
  }

  #linked({ path, target }: Addition): Name {
    const found = this.#find(target!);
    if (found && found.inode.attributes.type !== "directory") return found;
    const what = found ? "a directory" : "not in the image by then";
    throw new ContentError(
      `${shownName(path)} is a hard link to ${shownName(target!)}, which is ${what}`,
    );
  }

  /** The name that a directory has; what was an entry until now is a name from here on. */
  #nameIn(directory: Directory, base: string): Name | undefined {
    const child = directory.children.get(base);
    if (typeof child !== "number") return child;
    const name = this.#places.nameAt(child);
    directory.children.set(base, name);
    return name;
  }

  /** Layers repeat the directories that lead to what they bring: only another owner or mode is a change to tell of. */
  #change(directory: Name, attributes: Attributes): void {
    const { layer } = this.#places;
    const { mode, uid, gid } = directory.inode.attributes;
    const isSame = mode === attributes.mode && uid === attributes.uid && gid === attributes.gid;
    if (!isSame && directory.layer !== layer) directory.changedIn = layer;
    directory.inode.attributes = attributes;
  }

  #enter(name: Name, parent: Directory | undefined): void {
    if (name.path !== "") parent!.children.set(baseOf(name.path), name);
    if (name.inode.attributes.type === "directory") {
      this.#directories.set(name.path, { name, parent, children: new Map() });
    }
  }

  /** Takes away a name and all below it, the deepest first; without recursion, because an archive says how deep its folders are. */
  #kill(directory: Directory, name: Name): void {
    const doomed = [{ directory, name }];
    for (const { name: above } of doomed) {
      if (above.inode.attributes.type !== "directory") continue;
      const own = this.#directories.get(above.path)!;
      for (const base of own.children.keys())
        doomed.push({ directory: own, name: this.#nameIn(own, base)! });
    }
    for (const last of doomed.reverse()) this.#end(last.directory, last.name);
  }

  #end(directory: Directory, name: Name): void {
    if (name.inode.attributes.type === "directory") this.#directories.delete(name.path);
    const base = baseOf(name.path);
    if (directory.children.get(base) === name) directory.children.delete(base);
    if (name.layer === this.#places.layer) forget(name);
    else {
      name.fate = "ghost";
      if (name.holds) this.#orphans.set(name.inode, name);
    }
  }

  /** Done when a layer ends, as it mostly replaces all names of a linked file. */
  #settle(): void {
    if (this.#orphans.size === 0) return;
    const directoryOf = ({ path }: Name) => this.#directories.get(parentOf(path))!.name;
    const isMoved = this.#places.inherit(this.#orphans, directoryOf);
    this.#orphans.clear();
    for (const [at, place] of isMoved ? this.#places.entries() : [])
      if (place.kind === "entry")
        this.#directories.get(parentOf(place.path))!.children.set(baseOf(place.path), at);
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
    this.#enter(this.#places.addName(path, inode, holds), parent);
  }

  #typeOf(child: Child | undefined): { type?: EntryType; target?: string | undefined } {
    if (typeof child === "number") return this.#places.entryAt(child);
    return child?.inode.attributes ?? {};
  }

  #find(path: string): Name | undefined {
    const directory = this.#walk(parentOf(path));
    return directory && this.#nameIn(directory, baseOf(path));
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
      const { type, target } = this.#typeOf(child);
      if (type === "directory") at = this.#directories.get((child as Name).path)!;
      else if (type === "symlink") {
        if (++followed > MAX_LINKS)
          throw new ContentError(`${shownName(path)}: symlinks without an end`);
        parts = [...target!.split("/"), ...parts];
        if (target!.startsWith("/")) at = root;
      } else if (first) {
        const name = this.#nameIn(at, part);
        if (name) this.#kill(at, name);
        at = this.#make(joinPath(at.name.path, part), at, first);
      } else return undefined;
    }
    return at;
  }
}
