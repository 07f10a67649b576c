import fc from "fast-check";
import { expect, test } from "vitest";
import { treeDigest } from "../../../provider/tree/digest.ts";
import { type Layer, mergeLayers } from "../../../provider/tree/merge.ts";
import { overlay } from "../../../provider/tree/overlay.ts";
import type { Entry, LayerMember, Tree } from "../../../provider/tree/types.ts";
import { directory, file, link, opaque, symlink, whiteout } from "./layers.ts";

// Few names, so that layers meet; a node is one object per inode.
type Node = { type: string; size: number; mode: number; target?: string };
type Operation = { kind: string; path: string; to: string; size: number; mode: number };

const part = fc.constantFrom("a", "b", "c");
const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constantFrom(
    "file",
    "file",
    "directory",
    "symlink",
    "link",
    "link",
    "whiteout",
    "opaque",
  ),
  path,
  to: path,
  size: fc.integer({ min: 0, max: 9 }),
  mode: fc.constantFrom(0o700, 0o644, 0o4755),
});
const stack = fc.array(fc.array(operation, { maxLength: 8 }), { minLength: 1, maxLength: 5 });

/** The naive model: a Map from path to inode, each layer applied to it. Returns also the members that it took. */
function model(layers: readonly Operation[][]): { nodes: Map<string, Node>; stack: Layer[] } {
  const nodes = new Map<string, Node>();
  const below = (directory: string) =>
    [...nodes.keys()].filter((p) => p.startsWith(`${directory}/`));
  const drop = (p: string) => {
    for (const child of below(p)) nodes.delete(child);
    nodes.delete(p);
  };
  const stack = layers.map((operations, number): Layer => {
    const members: LayerMember[] = [];
    for (const { kind, path: p } of operations) {
      if (kind === "whiteout") drop(p);
      if (kind === "opaque" && nodes.get(p)?.type === "directory") below(p).forEach(drop);
    }
    for (const { kind, path: p, to, size, mode } of operations) {
      if (kind === "whiteout") members.push(whiteout(p));
      if (kind === "opaque") members.push(opaque(p));
      if (kind === "whiteout" || kind === "opaque") continue;
      const parents = p
        .split("/")
        .slice(0, -1)
        .map((_, i, all) => all.slice(0, i + 1).join("/"));
      // What symlinked parents do has tests of its own.
      if (parents.some((parent) => nodes.get(parent)?.type === "symlink")) continue;
      const target = nodes.get(to);
      const viaLink = to
        .split("/")
        .some((_, i, all) => nodes.get(all.slice(0, i).join("/"))?.type === "symlink");
      if (kind === "link" && (!target || target.type === "directory" || viaLink)) continue;
      // A parent that gives way may take the link's target with it.
      if (kind === "link" && parents.some((parent) => parent === to)) continue;
      for (const parent of parents) {
        if (nodes.get(parent)?.type === "directory") continue;
        drop(parent);
        nodes.set(parent, { type: "directory", size: 0, mode: 0o755 });
      }
      if (kind === "directory") {
        members.push(directory(p, { mode }));
        const there = nodes.get(p);
        if (there?.type === "directory") there.mode = mode;
        else nodes.set(p, { type: "directory", size: 0, mode });
      } else if (kind === "link") {
        members.push(link(p, to));
        if (nodes.get(p) === target) continue;
        drop(p);
        nodes.set(p, target!);
      } else if (kind === "symlink") {
        members.push(symlink(p, to));
        drop(p);
        nodes.set(p, { type: "symlink", size: to.length, mode: 0o777, target: to });
      } else {
        members.push(file(p, "x".repeat(size), { mode }));
        drop(p);
        nodes.set(p, { type: "file", size, mode });
      }
    }
    return { digest: `layer ${number}`, index: { members } };
  });
  return { nodes, stack };
}

const merged = (layers: readonly Layer[]) => mergeLayers(layers, { sourceDateEpoch: 10_000 });
const entries = (tree: Tree) => tree.items.filter((i): i is Entry => i.kind === "entry");

test("any stack of layers merges to what a plain model says, hard links included", () => {
  fc.assert(
    fc.property(stack, (layers) => {
      const { nodes, stack: made } = model(layers);
      const tree = merged(made);
      const seen = new Map<string, Entry>();
      for (const entry of entries(tree)) {
        if (entry.path === "") continue;
        expect(seen.has(entry.path)).toBe(false);
        const parent = entry.path.replace(/\/?[^/]*$/, "");
        if (parent !== "") expect(seen.get(parent)?.type).toBe("directory");
        const inode = entry.type === "link" ? seen.get(entry.target!)! : entry;
        expect(inode.type).not.toBe("link");
        const { type, size, mode, target } = nodes.get(entry.path)!;
        expect(inode).toMatchObject({ type, size, mode, ...(target && { target }) });
        seen.set(entry.path, entry);
      }
      expect([...seen.keys()].sort()).toEqual([...nodes.keys()].sort());
      for (const [path, node] of nodes) {
        const sharing = [...nodes].filter(([, other]) => other === node).map(([p]) => p);
        const { type, target } = seen.get(path)!;
        const owner = type === "link" ? target! : path;
        const group = [...seen.values()].filter(
          (e) => e.path === owner || (e.type === "link" && e.target === owner),
        );
        expect(group.map((e) => e.path).sort()).toEqual(sharing.sort());
      }
    }),
    { numRuns: 3000 },
  );
});

test("a layer on top moves nothing: what takes room before it takes the same room in the same order", () => {
  fc.assert(
    fc.property(stack, (layers) => {
      // An heir in a directory that came later does move: merge.test.ts says how. In the root none does.
      const inRoot = (o: Operation) => (o.kind === "link" ? { ...o, path: o.path[0]! } : o);
      const { stack: made } = model(layers.map((operations) => operations.map(inRoot)));
      const before = merged(made.slice(0, -1));
      const after = merged(made);
      const room = (tree: Tree) =>
        tree.items.flatMap((i) =>
          i.kind === "boundary" ? ["|"] : i.type === "link" ? [] : [`${i.type} ${i.size}`],
        );
      expect(room(after).slice(0, room(before).length)).toEqual(room(before));
    }),
    { numRuns: 3000 },
  );
});

test("an overlay of nothing, and a tree read back from its own items, are the tree", () => {
  fc.assert(
    fc.property(stack, (layers) => {
      const tree = merged(model(layers).stack);
      expect(overlay(tree, "none", [])).toEqual(tree);
      expect(treeDigest(overlay(tree, "none", []))).toBe(treeDigest(tree));
    }),
    { numRuns: 500 },
  );
});

test("an overlay shows what a layer on top would", () => {
  fc.assert(
    fc.property(stack, (layers) => {
      const plain = layers.at(-1)!.filter((o) => !/whiteout|opaque/.test(o.kind));
      const { stack: made } = model([...layers.slice(0, -1), plain]);
      const top = made.at(-1)!;
      const laid = overlay(merged(made.slice(0, -1)), top.digest, top.index.members);
      expect(laid).toEqual(merged(made));
    }),
    { numRuns: 1000 },
  );
});
