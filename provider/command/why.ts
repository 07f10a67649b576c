import type { Command } from "commander";
import { openStore } from "../store/local-store.ts";
import { exitCodes } from "./fault.ts";
import { findRoots, onlyRoot } from "./find-root.ts";
import type { Run, Session } from "./session.ts";
import { explainRoot } from "./why/explain.ts";
import { explanationText } from "./why/text.ts";

/** Adds `bootwright why`. */
export function whyCommand(program: Command, run: Run): void {
  program
    .command("why")
    .description(
      "why a resource was last made again: which input differed, and what lies behind it",
    )
    .argument("<resource>", "its name, stack/name, or its URN")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      `
What each create and update found to differ is kept in the store of the machine that did it. Of a tree that differs the
files are named, as long as the tree before is in the store.

Examples:
  bootwright why web-disk
  bootwright why prod/web-disk --json`,
    )
    .action((resource: string, options: { json?: boolean }) =>
      run((session) => why(resource, options, session)),
    );
}

async function why(name: string, { json }: { json?: boolean }, session: Session): Promise<number> {
  const { terminal, signal } = session;
  const store = await openStore();
  const all = await findRoots(store, undefined);
  const root = onlyRoot(await findRoots(store, name), name, all);
  const watch = { signal, progress: (text: string) => terminal.progress(text) };
  const explanation = await explainRoot(root, all, { store, ...watch });
  terminal.print(json ? JSON.stringify(explanation, undefined, 2) : explanationText(explanation));
  return exitCodes.good;
}
