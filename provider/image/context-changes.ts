import { readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Context } from "../resource.ts";
import { readRecord, replaceFile } from "../store/record.ts";
import { firstOf } from "../tree/first-of.ts";
import { type ContextEntry, contextEntries } from "./context.ts";
import type { RootfsInputs } from "./rootfs-schema.ts";

type World = Pick<Context, "store" | "cwd">;
type Seen = Pick<RootfsInputs, "source" | "observed">;

/** Contexts whose lists are kept; an older one only says less. */
const kept = 100;
const shown = 5;

/** Keeps the list of a Dockerfile's context, so that a later change can be named file by file. */
export async function noteContext(inputs: Seen, world: World): Promise<void> {
  const digest = inputs.observed?.context;
  const entries = digest && (await entriesNow(inputs, world));
  if (!digest || !entries) return;
  const folder = join(world.store.root, "contexts");
  await replaceFile(world.store.root, fileOf(world, digest), JSON.stringify(entries));
  const files = (await readdir(folder)).map((name) => join(folder, name));
  if (files.length <= kept) return;
  const dated = await Promise.all(
    files.map(async (file) => ({ file, at: (await stat(file)).mtimeMs })),
  );
  const oldest = dated.sort((a, b) => a.at - b.at).slice(0, files.length - kept);
  for (const { file } of oldest) await rm(file, { force: true });
}

/** Which files of a Dockerfile's context are not what they were when the resource was made; undefined when none are, or nobody knows. */
export async function contextChanges(
  olds: Seen,
  news: Seen,
  world: World,
): Promise<string | undefined> {
  const [before, now] = [olds.observed?.context, news.observed?.context];
  if (!before || !now || before === now) return undefined;
  const old = await readRecord<ContextEntry[]>(fileOf(world, before));
  const entries = old && (await entriesNow(news, world));
  if (!old || !entries) return undefined;
  const changes = differences(old, entries);
  return `the context differs in ${firstOf(changes, shown).join(", ")}`;
}

/** A folder changes with its permissions only, so each difference is a path of its own. */
function differences(old: readonly ContextEntry[], now: readonly ContextEntry[]): string[] {
  const before = new Map(old.map(({ path, hash }) => [path, hash]));
  const after = new Map(now.map(({ path, hash }) => [path, hash]));
  const came = now
    .filter(({ path, hash }) => before.get(path) !== hash)
    .map(({ path }) => (before.has(path) ? path : `${path} (new)`));
  const went = old.filter(({ path }) => !after.has(path)).map(({ path }) => `${path} (gone)`);
  return [...came, ...went].sort();
}

async function entriesNow({ source }: Seen, { cwd }: World): Promise<ContextEntry[] | undefined> {
  if (!source.dockerfile) return undefined;
  const context = resolve(cwd, source.dockerfile.context);
  return contextEntries(context, join(context, source.dockerfile.file ?? "Dockerfile"));
}

function fileOf({ store }: World, digest: string): string {
  return join(store.root, "contexts", `${digest.replace(":", "-")}.json`);
}
