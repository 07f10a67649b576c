import { createHash } from "node:crypto";
import { type Layer, mergeLayers } from "../../../provider/tree/merge.ts";
import type { LayerMember, Tree } from "../../../provider/tree/types.ts";

export const EPOCH = 1_700_000_000;

let count = 0;

/** A layer of these members, with a digest of its own. */
export function layer(...members: LayerMember[]): Layer {
  return { digest: `layer-${count++}`, index: { members } };
}

const base = { mode: 0o644, uid: 0, gid: 0, mtime: 1000, mtimeNs: 0, size: 0 };

export function directory(path: string, rest: Partial<LayerMember> = {}): LayerMember {
  return { ...base, path, type: "directory", mode: 0o755, ...rest };
}

export function file(path: string, content = "", rest: Partial<LayerMember> = {}): LayerMember {
  const size = content.length;
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  const bytes = size === 0 ? {} : { digest, segments: [[0, 512, size] as const] };
  return { ...base, path, type: "file", size, ...bytes, ...rest };
}

export function symlink(path: string, target: string): LayerMember {
  return { ...base, path, type: "symlink", mode: 0o777, target, size: target.length };
}

export function link(path: string, target: string): LayerMember {
  return { ...base, path, type: "link", target };
}

export function whiteout(path: string): LayerMember {
  return file(path.replace(/([^/]*)$/, ".wh.$1"));
}

export function opaque(path: string): LayerMember {
  return file(path === "" ? ".wh..wh..opq" : `${path}/.wh..wh..opq`);
}

export function merge(...layers: Layer[]): Tree {
  return mergeLayers(layers, { sourceDateEpoch: EPOCH });
}

/** A tree in one line per item: `+` entry, `-` ghost, `|` boundary. */
export function lines(tree: Tree): string[] {
  return tree.items.map((item) => {
    if (item.kind === "boundary") return "|";
    const type = item.type === "directory" ? "/" : item.type === "file" ? "" : ` ${item.type}`;
    const target = item.kind === "entry" && item.target !== undefined ? ` ${item.target}` : "";
    return `${item.kind === "ghost" ? "-" : "+"} ${item.path}${type}${target}`;
  });
}
