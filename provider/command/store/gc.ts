import type { Command } from "commander";
import { collectGarbage, unneeded } from "../../store/gc.ts";
import { openStore } from "../../store/local-store.ts";
import { keepOf } from "../../store/tidy.ts";
import { exitCodes } from "../fault.ts";
import { notBelowZero } from "../numbers.ts";
import { counted, inAge, inBytes } from "../print/amounts.ts";
import type { Run, Session } from "../session.ts";

interface Options {
  readonly dryRun?: boolean;
  readonly days?: number;
  readonly maxGib?: number;
}

/** Adds `bootwright store gc`. */
export function storeGcCommand(store: Command, run: Run): void {
  const keep = keepOf();
  store
    .command("gc")
    .description("removes what no resource needs and nobody used lately")
    .option("--dry-run", "only say what would go")
    .option(
      "--days <days>",
      `keep what was used within so many days (now ${keep.days})`,
      notBelowZero,
    )
    .option(
      "--max-gib <gib>",
      `but not more than so much, roots apart (now ${keep.maxSizeGiB})`,
      notBelowZero,
    )
    .addHelpText(
      "after",
      `
What a resource of any stack needs stays, and so does what was used within the last hour. Without options the limits are
those of $BOOTWRIGHT_KEEP_DAYS and $BOOTWRIGHT_MAX_GIB, by which every pulumi up tidies too.

Examples:
  bootwright store gc --dry-run
  bootwright store gc --days 0`,
    )
    .action((options: Options) => run((session) => gc(options, session)));
}

async function gc({ dryRun, days, maxGib }: Options, session: Session): Promise<number> {
  const { terminal, signal } = session;
  const store = await openStore();
  const usual = keepOf();
  const keep = { days: days ?? usual.days, maxSizeGiB: maxGib ?? usual.maxSizeGiB };
  const now = Date.now();
  if (dryRun) {
    const going = await unneeded(store, keep, now);
    for (const { kind, digest, bytes, usedMs } of going)
      terminal.print(`${kind} ${digest}  ${inBytes(bytes)}  used ${inAge(now - usedMs)}`);
    const total = going.reduce((sum, { bytes }) => sum + bytes, 0);
    terminal.print(`${counted(going.length, "artefact")} would go, ${inBytes(total)}`);
    return exitCodes.good;
  }
  const { removed, bytes } = await collectGarbage(store, keep, now, signal);
  terminal.print(`${counted(removed, "artefact")} removed, ${inBytes(bytes)}`);
  return exitCodes.good;
}
