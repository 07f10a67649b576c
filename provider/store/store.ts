import type { ArtefactKind } from "../plan/ref.ts";

/** Names an object: what it is, and its content. */
export interface ObjectName {
  readonly kind: ArtefactKind;
  readonly digest: string;
}

/** An object to commit: its identity, the finished file, and the objects it cannot be read without. */
export interface NewObject extends ObjectName {
  /** A file in a stage of this store; it is moved, not copied. */
  readonly file: string;
  readonly needs?: readonly ObjectName[];
}

/** Content-addressed objects, and a table from step key to result. */
export interface Store {
  readonly root: string;
  /** Where an object lies, whether or not it is there. */
  path(kind: ArtefactKind, digest: string): string;
  /** True when the object is there, unharmed by its recorded stat. */
  has(kind: ArtefactKind, digest: string): Promise<boolean>;
  /** Notes that an object and what it cannot be read without are in use, which keeps them from being collected for a while. */
  touch(name: ObjectName): Promise<void>;
  /** `damaged`: a file is there, but not the one that was committed. */
  condition(name: ObjectName): Promise<"there" | "missing" | "damaged">;
  /** Takes an object for damaged, whatever its stat says: it is made again when it is next needed. */
  discard(name: ObjectName): Promise<void>;
  /** A temporary folder inside the store, removed afterwards whatever happens. */
  stage<T>(work: (folder: string) => Promise<T>): Promise<T>;
  /** Makes a finished file an object: fsync, read-only, rename. Harmless when the object is there already. */
  commit(object: NewObject): Promise<void>;
  /** Writes small bytes as a `file` object and returns its digest. */
  putBytes(bytes: Uint8Array): Promise<string>;
  /** Records an object that a builder has put in its place itself. */
  adopt(name: ObjectName): Promise<void>;
  /** The objects that an object cannot be read without. */
  needs(name: ObjectName): Promise<readonly ObjectName[]>;
  /** The outputs that a step's key gave before. */
  result(key: string): Promise<Record<string, unknown> | undefined>;
  putResult(key: string, outputs: Record<string, unknown>): Promise<void>;
  /** Runs work while no other process of this machine holds the same name. */
  lock<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}
