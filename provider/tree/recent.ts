/**
 * Objects of the store that this process has made or read, by their paths there: what one resource makes is what the next one asks for. Held
 * weakly, so that they take no memory that something else needs. The store is asked first, as always: only the reading is spared.
 */
export class Recent<T extends object> {
  readonly #objects = new Map<string, WeakRef<T>>();
  readonly #load: (path: string) => Promise<T>;

  constructor(load: (path: string) => Promise<T>) {
    this.#load = load;
  }

  /** Notes what the file of a path says. */
  keep(path: string, object: T): T {
    this.#objects.set(path, new WeakRef(object));
    return object;
  }

  /** What the file of a path says, which may be known already. */
  async open(path: string): Promise<T> {
    return this.#objects.get(path)?.deref() ?? this.keep(path, await this.#load(path));
  }
}
