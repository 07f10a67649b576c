import { shownName } from "../tree/shown-name.ts";
import { baseOf, parentOf } from "../tree/tree-path.ts";
import type { Entry, Tree } from "../tree/types.ts";
import { slotBytes, slotsOf } from "./directory.ts";
import { foldedName, longName } from "./names.ts";
import { entryProblem, type Refusal, refuse } from "./refusals.ts";
import { isShort, shortNames } from "./short-names.ts";

/** A file or directory that is going to lie on the filesystem. */
export interface Node {
  readonly entry: Entry;
  readonly parent: Node | undefined;
  readonly children: Node[];
  /** Its names; the root has none. */
  short: string;
  long?: string;
}

/** Most slots of a directory: 2 MiB of them (fatgen103). */
const mostSlots = 65536;

/** A tree as FAT sees it, root first and parents before their children; refuses what FAT cannot hold, by path. */
export function contentsOf(tree: Tree): readonly Node[] {
  const nodes = new Map<string, Node>();
  const refusals: Refusal[] = [];
  for (const item of tree.items) {
    if (item.kind !== "entry") continue;
    const reason = entryProblem(item);
    if (reason) refusals.push({ path: item.path, reason });
    const parent = item.path === "" ? undefined : nodes.get(parentOf(item.path));
    const node: Node = { entry: item, parent, children: [], short: "" };
    parent?.children.push(node);
    nodes.set(item.path, node);
  }
  refuse(refusals);
  const all = [...nodes.values()];
  refuse(all.flatMap(nameChildren));
  return all;
}

/** Bytes of a directory's slots; `extra` are slots beside those of its children. */
export function directoryBytes({ children }: Node, extra: number): number {
  return slotBytes * children.reduce((sum, child) => sum + slotsOf(child), extra);
}

function nameChildren({ entry, children }: Node): Refusal[] {
  const known = new Map<string, Node>();
  const refusals: Refusal[] = [];
  const longs = children.map((child) => longName(baseOf(child.entry.path)) ?? "");
  children.forEach((child, index) => {
    const folded = foldedName(longs[index] ?? "");
    const other = known.get(folded);
    if (other) {
      const reason = `it is one name with ${shownName(`/${other.entry.path}`)}, because FAT does not tell case`;
      refusals.push({ path: child.entry.path, reason });
    }
    known.set(folded, child);
  });
  const shorts = shortNames(longs);
  children.forEach((child, index) => {
    const long = longs[index] ?? "";
    child.short = shorts.get(long) ?? "";
    if (!isShort(long, child.short)) child.long = long;
  });
  const slots = children.reduce((sum, child) => sum + slotsOf(child), 2);
  if (slots > mostSlots)
    refusals.push({
      path: entry.path,
      reason: `its names take ${slots} slots, FAT holds ${mostSlots}`,
    });
  return refusals;
}
