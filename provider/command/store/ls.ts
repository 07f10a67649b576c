import { type Command, Option } from "commander";
import { artefactKinds } from "../../plan/ref.ts";
import { storedObjects } from "../../store/gc.ts";
import { openStore } from "../../store/local-store.ts";
import { exitCodes } from "../fault.ts";
import { counted, inAge, inBytes } from "../print/amounts.ts";
import { formatTable } from "../print/table.ts";
import type { Run, Session } from "../session.ts";
import { keyOf, neededBy, shortUrn } from "./roots.ts";

interface Options {
  readonly json?: boolean;
  readonly kind?: string;
}

/** Adds `bootwright store ls`. */
export function storeLsCommand(store: Command, run: Run): void {
  store
    .command("ls")
    .description("the artefacts, the largest first, with the resources that need them")
    .addOption(new Option("--kind <kind>", "only those of a kind").choices(artefactKinds))
    .option("--json", "print them as JSON, with whole digests and URNs")
    .addHelpText(
      "after",
      `
"size" is the length of a file, "on disk" what it takes without its holes. An ext4 is a plan: its bytes are those of layers.

Examples:
  bootwright store ls --kind disk
  bootwright store ls --json | jq -r '.[] | select(.neededBy == []) | .digest'`,
    )
    .action((options: Options) => run((session) => ls(options, session)));
}

async function ls({ json, kind }: Options, { terminal }: Session): Promise<number> {
  const store = await openStore();
  const all = (await storedObjects(store)).filter((object) => !kind || object.kind === kind);
  const needed = await neededBy(store);
  const now = Date.now();
  const objects = all
    .sort((a, b) => b.bytes - a.bytes || (a.digest < b.digest ? -1 : 1))
    .map(({ bytes, usedMs, ...object }) => ({
      ...object,
      onDiskBytes: bytes,
      ageSeconds: Math.round((now - usedMs) / 1000),
      neededBy: [...(needed.get(keyOf(object)) ?? [])].sort(),
      path: store.path(object.kind, object.digest),
    }));
  if (json) {
    terminal.print(JSON.stringify(objects, undefined, 2));
    return exitCodes.good;
  }
  const columns = [
    { title: "kind" },
    { title: "digest" },
    { title: "size", right: true },
    { title: "on disk", right: true },
    { title: "used", right: true },
    { title: "needed by" },
  ];
  const rows = objects.map((object) => [
    object.kind,
    object.digest.slice("sha256:".length, "sha256:".length + 12),
    inBytes(object.sizeBytes),
    inBytes(object.onDiskBytes),
    inAge(object.ageSeconds * 1000),
    fewOf(object.neededBy.map(shortUrn)),
  ]);
  if (rows.length > 0) terminal.print(formatTable(columns, rows));
  const total = objects.reduce((sum, { onDiskBytes }) => sum + onDiskBytes, 0);
  terminal.print(`${counted(objects.length, "artefact")}, ${inBytes(total)} in ${store.root}`);
  return exitCodes.good;
}

const shown = 2;

function fewOf(names: readonly string[]): string {
  const more = names.length - shown;
  return names.slice(0, shown).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
