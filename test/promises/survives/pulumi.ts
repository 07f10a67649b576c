import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Project } from "../project.ts";

/** A `pulumi` that runs as a person would start it: the leader of a process group. */
export interface Running {
  readonly pid: number;
  /** Settles once it has printed a text, or has ended. */
  prints(text: string): Promise<void>;
  readonly ended: Promise<{ exitCode: number | null; output: string }>;
}

/** Starts the Pulumi CLI in a project's folder. */
export function startPulumi(
  project: Pick<Project, "folder" | "env">,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn("pulumi", [...args, "--non-interactive", "--stack", "test"], {
    cwd: project.folder,
    env: { ...process.env, ...project.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => {
      output += bytes.toString();
    });
  const ended = new Promise<{ exitCode: number | null; output: string }>((resolve, reject) => {
    child.once("error", reject);
    // Not "close": what outlives the CLI may hold its output open.
    child.once("exit", (exitCode) => resolve({ exitCode, output }));
  });
  const prints = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => output.includes(text) && resolve();
      child.stdout.on("data", look);
      child.once("exit", () => resolve());
      look();
    });
  return { pid: child.pid ?? 0, prints, ended };
}

/** The arguments of an update that asks nothing. */
export const upArguments = ["up", "--yes", "--skip-preview"];

/** Runs the CLI to its end; what it printed where it fails is the error. */
export async function pulumi(
  project: Pick<Project, "folder" | "env">,
  ...args: string[]
): Promise<string> {
  const { exitCode, output } = await startPulumi(project, args).ended;
  if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")}: ${output}`);
  return output;
}

/** Kills a process and whatever it started, and what that started, with SIGKILL; containers are no children and stay. */
export function killTree(pid: number): void {
  const killed = new Set<number>();
  // A process that is stopped starts no other while the rest is being found.
  for (let found = [pid]; found.length > 0; ) {
    for (const one of found) {
      signal(one, "SIGSTOP");
      killed.add(one);
    }
    found = childrenOf(killed).filter((child) => !killed.has(child));
  }
  for (const one of killed) signal(one, "SIGKILL");
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

function childrenOf(parents: ReadonlySet<number>): number[] {
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return pids.filter((pid) => parents.has(parentOf(pid)));
}

/** proc_pid_stat(5): the parent stands behind the name, which is in parentheses, and the state. */
function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
