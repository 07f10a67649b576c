import type { Command } from "commander";
import { openStore } from "../store/local-store.ts";
import { compareLooks, isSame } from "./diff/compare.ts";
import { comparisonJson, comparisonText } from "./diff/text.ts";
import { exitCodes } from "./fault.ts";
import { imageHelp } from "./image/find.ts";
import { withImage } from "./image/open-image.ts";
import { lookAt } from "./inspect/look.ts";
import { wholeBetween } from "./numbers.ts";
import type { Run, Session } from "./session.ts";

interface Options {
  readonly json?: boolean;
  readonly limit: number;
}

/** Adds `bootwright diff`. */
export function diffCommand(program: Command, run: Run): void {
  program
    .command("diff")
    .description("what changed between two versions of a machine: packages, files, blocks")
    .argument("<a>", "the version before")
    .argument("<b>", "the version after")
    .option("--json", "print it as JSON, without a limit")
    .option("--limit <lines>", "lines of each list", wholeBetween(0, 1_000_000), 40)
    .addHelpText(
      "after",
      `
${imageHelp}
Two trees are compared by what they know of each file; of disks every byte of both is read. The exit code is 0 when nothing
differs and 1 when something does.

Examples:
  bootwright diff old.raw "$(pulumi stack output disk)"
  bootwright diff tree:3f2a9c tree:81d0e4 --json | jq '.packages'`,
    )
    .action((a: string, b: string, options: Options) =>
      run((session) => diff(a, b, options, session)),
    );
}

async function diff(a: string, b: string, options: Options, session: Session): Promise<number> {
  const { terminal, signal } = session;
  const watch = { signal, progress: (text: string) => terminal.progress(text) };
  const store = await openStore();
  return withImage(a, { store, session }, (before) =>
    withImage(b, { store, session }, async (after) => {
      const [old, now] = [await lookAt(before, watch), await lookAt(after, watch)];
      const comparison = await compareLooks(old, now, watch);
      terminal.print(
        options.json
          ? JSON.stringify(comparisonJson(comparison), undefined, 2)
          : comparisonText(comparison, now, options.limit),
      );
      return isSame(comparison) ? exitCodes.good : exitCodes.found;
    }),
  );
}
