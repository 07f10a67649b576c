import type { Cause, CauseChange } from "../../lifecycle/cause.ts";
import type { Root } from "../../store/gc.ts";
import type { Store } from "../../store/store.ts";
import { loadTree } from "../../tree/object.ts";
import { compareFiles, type FileChange } from "../diff/files.ts";
import { typeOf } from "../find-root.ts";
import { treeVolume } from "../image/tree-volume.ts";
import { utf8Of } from "../print/names.ts";

/** Why a resource was last made, and why what it is made from was. */
export interface Explanation {
  readonly urn: string;
  /** `unknown`: made by a version that did not write it down. */
  readonly operation: Cause["operation"] | "unknown";
  readonly changes: readonly CauseChange[];
  /** Of a tree: the paths that differ from the one before. */
  readonly files?: readonly Pick<FileChange, "path" | "change" | "attributes">[];
  /** The resources whose new results are what differed. */
  readonly because: readonly Explanation[];
}

interface World {
  readonly store: Store;
  readonly signal: AbortSignal;
  progress(text: string): void;
}

const mostLevels = 20;

/** Explains a resource of the store by what was written down when it was made; follows references to the resources of its stack. */
export async function explainRoot(
  root: Root,
  all: readonly Root[],
  world: World,
  levels = mostLevels,
): Promise<Explanation> {
  const cause = root.cause as Cause | undefined;
  if (!cause) return { urn: root.urn, operation: "unknown", changes: [], because: [] };
  const stack = stackOf(root.urn);
  const digests = new Set(cause.changes.map(({ after }) => after));
  const upstream = all.filter(
    ({ urn, objects }) =>
      urn !== root.urn &&
      stackOf(urn) === stack &&
      objects.some(({ digest }) => digests.has(digest)),
  );
  const because: Explanation[] = [];
  for (const other of levels > 0 ? upstream : [])
    because.push(await explainRoot(other, all, world, levels - 1));
  const files = await changedFiles(root, cause, world);
  return {
    urn: root.urn,
    operation: cause.operation,
    changes: cause.changes,
    ...(files && { files }),
    because,
  };
}

function stackOf(urn: string): string {
  return urn.split("::").slice(0, 2).join("::");
}

async function changedFiles(
  { urn, objects }: Root,
  { replaced }: Cause,
  { store, ...watch }: World,
): Promise<Explanation["files"]> {
  const now = objects.find(({ kind }) => kind === "tree");
  if (typeOf(urn) !== "Rootfs" || replaced?.kind !== "tree" || !now) return undefined;
  if (now.digest === replaced.digest) return [];
  const there = await Promise.all(
    [replaced, now].map(({ kind, digest }) => store.has(kind, digest)),
  );
  if (there.includes(false)) return undefined;
  const [before, after] = await Promise.all(
    [replaced, now].map(async ({ digest }) => {
      const tree = await loadTree(store.path("tree", digest));
      const volume = treeVolume(tree, (layer) => store.path("layer", layer));
      return { volume, entries: (await volume.list?.()) ?? [], bootConfigs: [] };
    }),
  );
  const changes = await compareFiles(before!, after!, watch);
  return changes.map(({ path, change, attributes }) => ({
    path: `/${utf8Of(path)}`,
    change,
    attributes,
  }));
}
