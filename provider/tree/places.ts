import {
  type Attributes,
  emit,
  entryOf,
  type Inode,
  inherited,
  type Name,
  nameFor,
  type Place,
  placesOf,
  sourceOf,
} from "./emission.ts";
import type { Boundary, Entry, Tree } from "./types.ts";

/**
 * What a stack of layers put down, in emission order. Most of it is entries, which are found by their number and become names only when a
 * link or a later layer concerns them: names take as much memory again.
 */
export class Places {
  #list: Place[];
  /** Digests that the sources of entries count into. */
  readonly #sources: string[];
  /** Where each layer begins. */
  readonly #begins: { at: number; readonly boundary: Boundary }[] = [];

  constructor(tree: Tree) {
    this.#list = placesOf(tree);
    this.#sources = [...tree.sources];
  }

  /** Number of the running layer, from 1 on; 0 is what was there before. */
  get layer(): number {
    return this.#begins.length;
  }

  /** All places with their numbers. */
  entries(): IterableIterator<[number, Place]> {
    return this.#list.entries();
  }

  beginLayer(): void {
    const boundary: Boundary = { kind: "boundary" };
    this.#begins.push({ at: this.#list.length, boundary });
    this.#list.push(boundary);
  }

  /** Adds what is no directory and no link; gives the number of its place. */
  addEntry(path: string, attributes: Attributes, source: string | undefined): number {
    const number = source === undefined ? undefined : this.#numberOf(source);
    return this.#list.push(entryOf(path, attributes, number)) - 1;
  }

  addName(path: string, inode: Inode, holds: boolean): Name {
    const name = nameFor(path, inode, this.layer, holds);
    this.#list.push(name);
    return name;
  }

  /** The entry at a place. */
  entryAt(place: number): Entry {
    return this.#list[place] as Entry;
  }

  /** Turns the entry at a place into a name. */
  nameAt(place: number): Name {
    const layer = this.#begins.findLastIndex(({ at }) => at <= place) + 1;
    const name = this.#named(this.entryAt(place), layer);
    this.#list[place] = name;
    return name;
  }

  /** Lets the other names of inodes take over what these lost; true when places have other numbers now. */
  inherit(orphans: ReadonlyMap<Inode, Name>, directoryOf: (name: Name) => Name): boolean {
    const list = inherited(this.#list, orphans, directoryOf);
    if (list === this.#list) return false;
    this.#list = list;
    const begins = new Map<Place, { at: number }>(this.#begins.map((b) => [b.boundary, b]));
    for (const [at, place] of list.entries()) {
      const begin = begins.get(place);
      if (begin) begin.at = at;
    }
    return true;
  }

  /** Every name that there is, or that a later layer took away. */
  *names(): Generator<Name> {
    let layer = 0;
    for (const [at, place] of this.#list.entries()) {
      if (at === this.#begins[layer]?.at) layer++;
      if (place.kind === "name" && place.fate !== "gone") yield place;
      if (place.kind === "entry") yield this.#named(place, layer);
    }
  }

  tree(): Tree {
    return emit([...this.#list, { kind: "boundary" }], this.#sources);
  }

  #numberOf(source: string): number {
    const known = this.#sources.lastIndexOf(source);
    return known < 0 ? this.#sources.push(source) - 1 : known;
  }

  #named(entry: Entry, layer: number): Name {
    const source = sourceOf(entry, this.#sources);
    return nameFor(entry.path, { attributes: entry, source, names: [] }, layer, true);
  }
}
