import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { runForeground } from "./foreground.ts";
import { root, work } from "./paths.ts";
import { print, runStep, SetupError } from "./progress.ts";
import { run } from "./run.ts";

/** What is read of the report that vitest's JSON reporter writes. */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly name: string;
    /** Milliseconds since 1970. */
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly unknown[];
  }[];
}

/** Counts the tests; a file that failed before its first test counts as one failure. */
export function countTests(report: TestReport) {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests,
  };
}

/** The closing line: how many tests passed, and whatever else there is to know. */
export function formatCounts(
  counts: ReturnType<typeof countTests>,
  failedChecks: readonly string[],
): string {
  const parts = [`${counts.passed} passed`, `${counts.failed} failed`];
  if (counts.skipped > 0) parts.push(`${counts.skipped} skipped`);
  return [...parts, ...failedChecks.map((check) => `${check} failed`)].join(", ");
}

const slowestCount = 8;

/** The files that took longest, so that nobody has to ask where the minutes go. */
export function formatSlowest({ testResults }: TestReport, folder: string): string {
  const lengths = testResults.map(({ name, startTime, endTime }) => ({
    name: relative(folder, name),
    seconds: Math.round((endTime - startTime) / 1000),
  }));
  const slowest = lengths.sort((a, b) => b.seconds - a.seconds).slice(0, slowestCount);
  return `Longest: ${slowest.map(({ name, seconds }) => `${name} ${seconds} s`).join(", ")}`;
}

const checks = [
  { name: "biome check", command: ["biome", "check", "."], finds: "lint and format" },
  { name: "tsc", command: ["tsc", "--noEmit"], finds: "types" },
] as const;

/** Runs lint, types and every test, as CI does. Resolves to the exit code. */
export async function test(env: Readonly<Record<string, string>>): Promise<number> {
  const failedChecks: string[] = [];
  for (const { name, command, finds } of checks) {
    const check = runStep(name, async () => {
      await run(command, { cwd: root, env });
      return `${finds} are clean`;
    });
    await check.catch((error: Error) => {
      failedChecks.push(name);
      print(error.message);
    });
  }
  const reportFile = join(work, "test-results.json");
  rmSync(reportFile, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const exitCode = await runForeground(["vitest", "run", ...reporters], env);
  if (!existsSync(reportFile)) {
    throw new SetupError("vitest ended before it wrote its report", "see its lines above");
  }
  const report = JSON.parse(readFileSync(reportFile, "utf8")) as TestReport;
  const counts = countTests(report);
  print(formatSlowest(report, root));
  print(formatCounts(counts, failedChecks));
  const isGood = counts.failed === 0 && counts.passed > 0 && failedChecks.length === 0;
  return isGood ? exitCode : exitCode || 1;
}
