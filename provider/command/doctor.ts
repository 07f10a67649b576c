import type { Command } from "commander";
import { storeRoot } from "../store/paths.ts";
import { checkBuilder, checkEngine, checkToolbox } from "./doctor/engine.ts";
import type { Finding } from "./doctor/finding.ts";
import { checkKvm, checkRunner, type RunnerKind } from "./doctor/runner.ts";
import { checkCache, checkNode, checkPulumi, checkStore } from "./doctor/system.ts";
import { exitCodes } from "./fault.ts";
import type { Run, Session } from "./session.ts";

/** Adds `bootwright doctor`. */
export function doctorCommand(program: Command, run: Run): void {
  program
    .command("doctor")
    .description("what this machine lacks for building machines, and how to get it")
    .option("--json", "print the findings as JSON")
    .addHelpText(
      "after",
      `
Nothing is installed or built; the store is written to and removed from, to see that it can be.

Examples:
  bootwright doctor
  BOOTWRIGHT_RUNNER=host bootwright doctor     for a machine that runs the tools itself
  bootwright doctor --json | jq '.[] | select(.state == "missing")'`,
    )
    .action((options: { json?: boolean }) => run((session) => doctor(options, session)));
}

async function doctor({ json }: { json?: boolean }, session: Session): Promise<number> {
  const findings = await examine(session);
  const { terminal } = session;
  if (json) terminal.print(JSON.stringify(findings, undefined, 2));
  else for (const finding of findings) terminal.print(inWords(finding));
  const missing = findings.filter(({ state }) => state === "missing");
  return missing.length > 0 ? exitCodes.found : exitCodes.good;
}

async function examine({ terminal, signal }: Session): Promise<Finding[]> {
  const root = storeRoot();
  const kind: RunnerKind = process.env.BOOTWRIGHT_RUNNER === "host" ? "host" : "container";
  const findings: Finding[] = [checkNode(process.versions.node), await checkPulumi()];
  const store = await checkStore(root);
  findings.push(store, ...(await checkCache()));
  const engine = await checkEngine();
  findings.push(...engine);
  const engineAnswers = engine.every(({ state }) => state === "good");
  if (engineAnswers) {
    terminal.progress("asks the builder for an OCI layout");
    findings.push(await checkBuilder(signal));
    if (kind === "container") findings.push(await checkToolbox());
  }
  signal.throwIfAborted();
  const toolboxBuilt = findings.some(({ name, state }) => name === "toolbox" && state === "good");
  if (store.state === "good" && (kind === "host" || toolboxBuilt)) {
    terminal.progress("asks the runner for a step");
    findings.push(...(await checkRunner(kind, root, signal)));
  }
  findings.push(await checkKvm(kind, root));
  return findings;
}

const marks = { good: "✓", missing: "✗", note: "•" } as const;

function inWords({ name, state, found, fix }: Finding): string {
  const lines = found.split("\n").join("\n  ");
  return `${marks[state]} ${name}: ${lines}${fix ? `\n  (${fix})` : ""}`;
}
