import type { Command } from "commander";
import { allThere } from "../../lifecycle/ensure.ts";
import { openContext } from "../../lifecycle/open-context.ts";
import { damagedBelow } from "../../lifecycle/verify.ts";
import type { Ref } from "../../plan/ref.ts";
import type { Context } from "../../resource.ts";
import { readRoots, storedObjects } from "../../store/gc.ts";
import type { ObjectName } from "../../store/store.ts";
import { exitCodes } from "../fault.ts";
import { counted, inBytes } from "../print/amounts.ts";
import type { Run, Session } from "../session.ts";
import { keyOf } from "./roots.ts";

interface Options {
  readonly json?: boolean;
  readonly discard?: boolean;
}

/** Adds `bootwright store verify`. */
export function storeVerifyCommand(store: Command, run: Run): void {
  store
    .command("verify")
    .description("reads every byte and says which artefacts are not what they were")
    .option("--discard", "remove what is damaged, so that the next run makes it again")
    .option("--json", "print what was found as JSON")
    .addHelpText(
      "after",
      `
A disk is named by its plan and not by its bytes: it is compared with its parts where a resource that needs it says
which they are. Of the others only size and time of change are compared, and they are counted apart.

Examples:
  bootwright store verify
  bootwright store verify --discard && pulumi up`,
    )
    .action((options: Options) => run((session) => verify(options, session)));
}

/** A disk's parts are not all there to compare it with. */
class NothingToCompare extends Error {}

async function verify({ json, discard }: Options, session: Session): Promise<number> {
  const { terminal } = session;
  const ctx = await readOnlyContext(session);
  const recipes = new Map<string, string>();
  for (const { objects } of await readRoots(ctx.store))
    for (const object of objects) if (object.recipe) recipes.set(keyOf(object), object.recipe);
  const objects = await storedObjects(ctx.store);
  const damaged = new Map<string, ObjectName>();
  const unread: ObjectName[] = [];
  let bytes = 0;
  for (const [i, { kind, digest, bytes: size }] of objects.entries()) {
    session.signal.throwIfAborted();
    terminal.progress(`${i} of ${objects.length} artefacts, ${inBytes(bytes)} read: ${kind}`);
    const ref: Ref = { kind, digest, recipe: recipes.get(keyOf({ kind, digest })) ?? "" };
    try {
      for (const name of await damagedBelow(ref, ctx)) damaged.set(keyOf(name), name);
      if (kind === "disk" && ref.recipe === "") unread.push({ kind, digest });
    } catch (error) {
      if (!(error instanceof NothingToCompare)) throw error;
      unread.push({ kind, digest });
    }
    bytes += size;
  }
  const found = [...damaged.values()];
  if (discard) for (const name of found) await ctx.store.discard(name);
  if (json) {
    const result = { objects: objects.length, onDiskBytes: bytes, damaged: found, unread };
    terminal.print(JSON.stringify(result, undefined, 2));
  } else
    report(found, { objects: objects.length, bytes, unread, discarded: discard === true }, session);
  return found.length > 0 ? exitCodes.found : exitCodes.good;
}

function report(
  damaged: readonly ObjectName[],
  all: { objects: number; bytes: number; unread: readonly ObjectName[]; discarded: boolean },
  { terminal }: Session,
): void {
  for (const { kind, digest } of damaged)
    terminal.print(`${kind} ${digest} is damaged${all.discarded ? ": removed" : ""}`);
  const read = `${counted(all.objects, "artefact")}, ${inBytes(all.bytes)}`;
  terminal.print(
    damaged.length === 0 ? `${read}: all sound` : `${read}: ${damaged.length} damaged`,
  );
  if (all.unread.length > 0)
    terminal.print(
      `${counted(all.unread.length, "disk")} by size and time of change only: what ${all.unread.length === 1 ? "it was" : "they were"} made of is not known`,
    );
  if (damaged.length === 0) return;
  terminal.note(
    all.discarded
      ? "(pulumi up makes what it needs again)"
      : "(bootwright store verify --discard removes it, and pulumi up makes what it needs again)",
  );
}

/** A context that makes nothing: what is missing is not compared with. */
async function readOnlyContext({ terminal, signal }: Session): Promise<Context> {
  const ctx = await openContext({
    owner: { urn: "", project: "", stack: "", name: "" },
    signal,
    log: {
      progress: (text) => terminal.progress(text),
      info: (text) => terminal.note(text),
      warn: (text) => terminal.note(text),
    },
    // Nothing is made here, so no step is ever looked for.
    find: () => undefined,
  });
  const materialise = async (ref: Ref): Promise<string> => {
    if (!(await allThere(ctx.store, [ref]))) throw new NothingToCompare(ref.digest);
    return ctx.store.path(ref.kind, ref.digest);
  };
  return { ...ctx, materialise };
}
