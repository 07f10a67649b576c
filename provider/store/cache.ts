import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, copyFile, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { objectPath } from "./paths.ts";
import type { ObjectName, Store } from "./store.ts";

/** Where artefacts are shared between machines; what is not there is made again. */
export interface Cache {
  /** Copies an object to a file; false when the cache has none. */
  fetch(name: ObjectName, file: string): Promise<boolean>;
  /** Offers an object of the store. */
  offer(name: ObjectName, store: Store): Promise<void>;
}

/** A cache in a folder, such as a network share or what a CI service keeps between runs. */
export function folderCache(folder: string): Cache {
  return {
    async fetch(name, file) {
      try {
        await copyFile(objectPath(folder, name), file, constants.COPYFILE_FICLONE);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
        throw error;
      }
    },
    async offer(name, store) {
      const target = objectPath(folder, name);
      if (
        await access(target).then(
          () => true,
          () => false,
        )
      )
        return;
      await mkdir(dirname(target), { recursive: true });
      // Machines that share a folder share process numbers too.
      const temporary = `${target}.${randomUUID()}.part`;
      try {
        await copyFile(store.path(name.kind, name.digest), temporary, constants.COPYFILE_FICLONE);
        await rename(temporary, target);
      } finally {
        await rm(temporary, { force: true });
      }
    },
  };
}

/** The cache that the environment names (`$BOOTWRIGHT_CACHE`, a folder), if any. */
export function configuredCache(env: NodeJS.ProcessEnv = process.env): Cache | undefined {
  return env.BOOTWRIGHT_CACHE ? folderCache(join(env.BOOTWRIGHT_CACHE)) : undefined;
}
