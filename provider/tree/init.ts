import { findEntry } from "./read-file.ts";
import { baseOf } from "./tree-path.ts";
import type { Tree } from "./types.ts";

/** The program that a kernel starts first. */
export interface Init {
  /** Path without a leading slash, as the kernel or an initrd asks for it. */
  readonly path: string;
  readonly kind: "systemd" | "busybox" | "other";
}

/** Where kernels and initrds look, in this order (init/main.c); a shell, their last resort, is no init. */
const places = ["sbin/init", "etc/init", "bin/init"];

/** The init of a tree; undefined when it has none. */
export function findInit(tree: Tree): Init | undefined {
  for (const path of places) {
    const entry = findEntry(tree, path);
    if (entry?.type !== "file") continue;
    // Busybox's programs are one file by many names, hard-linked or not.
    const busybox = entry === findEntry(tree, "bin/busybox") || baseOf(entry.path) === "busybox";
    const kind = busybox ? "busybox" : baseOf(entry.path) === "systemd" ? "systemd" : "other";
    return { path, kind };
  }
  return undefined;
}
