import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { StoreError } from "../errors.ts";
import type { ObjectName } from "./store.ts";

/** Where the store is: `$BOOTWRIGHT_STORE`, else `$XDG_CACHE_HOME/bootwright`, else `~/.cache/bootwright`. */
export function storeRoot(env: NodeJS.ProcessEnv = process.env): string {
  if (env.BOOTWRIGHT_STORE) return resolve(env.BOOTWRIGHT_STORE);
  const cache = env.XDG_CACHE_HOME ?? "";
  // The XDG base directory specification: a path that is not absolute is as good as none.
  return join(isAbsolute(cache) ? cache : join(homedir(), ".cache"), "bootwright");
}

/** Where an object lies in a store; layers lie in an OCI layout, so that a builder can fill it. */
export function objectPath(root: string, { kind, digest }: ObjectName): string {
  const hex = digest.slice("sha256:".length);
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new StoreError(`"${digest}" is not a sha256 digest`);
  return kind === "layer"
    ? join(root, "oci", "blobs", "sha256", hex)
    : join(root, "objects", kind, hex.slice(0, 2), hex.slice(2));
}

/** Where the record of an object lies; its modification time is when the object was last used. */
export function sealPath(root: string, { kind, digest }: ObjectName): string {
  return join(root, "seals", kind, `${digest.slice("sha256:".length)}.json`);
}
