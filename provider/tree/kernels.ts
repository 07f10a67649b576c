import { entriesByPath } from "./read-file.ts";
import type { Entry, Tree } from "./types.ts";

/** A kernel that a tree holds, with its initrd if there is one; paths have no leading slash. */
export interface TreeKernel {
  readonly version: string;
  readonly path: string;
  readonly digest: string;
  readonly initrdPath?: string;
  readonly initrdDigest?: string;
}

/** The kernels of a tree, newest first: `boot/vmlinuz-VERSION`, else `usr/lib/modules/VERSION/vmlinuz`. */
export function findKernels(tree: Tree): TreeKernel[] {
  const entries = entriesByPath(tree);
  const kernels = new Map<string, TreeKernel>();
  for (const path of entries.keys()) {
    const inBoot = /^boot\/vmlinuz-([^/]+)$/.exec(path)?.[1];
    const version = inBoot ?? /^(?:usr\/)?lib\/modules\/([^/]+)\/vmlinuz$/.exec(path)?.[1];
    const kernel = fileAt(entries, path);
    // Symlinks such as /vmlinuz only point at one of these.
    if (version === undefined || kernel === undefined) continue;
    if (inBoot === undefined && kernels.has(version)) continue;
    const initrdPath = [
      `boot/initrd.img-${version}`,
      `boot/initramfs-${version}.img`,
      `boot/initramfs-${version}`,
      `boot/initrd-${version}`,
      `usr/lib/modules/${version}/initrd`,
    ].find((candidate) => fileAt(entries, candidate));
    kernels.set(version, {
      version,
      path,
      digest: kernel.digest!,
      ...(initrdPath && { initrdPath, initrdDigest: fileAt(entries, initrdPath)!.digest! }),
    });
  }
  return [...kernels.values()].sort((a, b) => compareVersions(b.version, a.version));
}

function fileAt(entries: ReadonlyMap<string, Entry>, path: string): Entry | undefined {
  const entry = entries.get(path);
  const file = entry?.type === "link" ? entries.get(entry.target!) : entry;
  return file?.type === "file" && file.size > 0 ? file : undefined;
}

/** Compares versions as Debian does (deb-version(7)): numbers by value, letters before signs, "~" before the end. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string) => version.match(/\d+|\D+/g) ?? [];
  // Both must begin with text: a digit after an empty text is how dpkg reads it, too.
  const left = /^\d/.test(a) ? ["", ...parts(a)] : parts(a);
  const right = /^\d/.test(b) ? ["", ...parts(b)] : parts(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x = "", y = ""] = [left[i], right[i]];
    const order = i % 2 ? Number(x) - Number(y) : compareText(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

function compareText(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = weight(a[i]) - weight(b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function weight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === "~") return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}
