import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { finished } from "node:stream/promises";

/** A process of this machine with its three streams. */
export interface HostProcess {
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the process has ended; 127 when there is no such program; never rejects. */
  readonly ended: Promise<{ exitCode: number | undefined }>;
  /** Kills it and whatever it started. */
  kill(): void;
}

/** Ends what is still running when this process exits: a process group of its own outlives its parent. */
const living = new Set<() => void>();
process.on("exit", () => {
  for (const kill of living) kill();
});

/** Starts a program, without a shell, in a process group of its own. */
export function startProcess(
  program: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): HostProcess {
  const child = spawn(program, args, {
    stdio: "pipe",
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env ? { env: options.env } : {}),
  });
  const kill = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // The group has ended by itself.
    }
  };
  living.add(kill);
  const ended = new Promise<{ exitCode: number | undefined }>((resolve) => {
    child.once("exit", (code) => resolve({ exitCode: code ?? undefined }));
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) resolve({ exitCode: error.code === "ENOENT" ? 127 : 126 });
    });
  });
  void ended.then(() => living.delete(kill));
  // A tool that ends without reading its input is no failure of ours.
  child.stdin.on("error", () => {});
  return {
    pid: child.pid,
    stdin: child.stdin,
    stdout: kept(child.stdout),
    stderr: kept(child.stderr),
    ended,
    kill,
  };
}

/** Node throws away what nobody reads by the time a process ends; this keeps it for a reader who comes later. */
function kept(stream: Readable): Readable {
  const buffer = new PassThrough();
  stream.pipe(buffer);
  // A reader that gives up early does not leave the program before a full pipe.
  buffer.once("close", () => stream.resume());
  // A program that could not be started closes its streams without ending them.
  stream.once("close", () => buffer.end());
  return buffer;
}

const keptLines = 20;
const stdoutLimitBytes = 64 * 1024 * 1024;

/** What a process said, once it has ended. */
export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** The last 20 lines of stderr. */
  readonly lastLines: readonly string[];
}

/** Reads a process to its end. */
export async function readToEnd(
  running: Pick<HostProcess, "stdin" | "stdout" | "stderr" | "ended">,
  onLine: (line: string) => void = () => {},
): Promise<Outcome> {
  running.stdin.end();
  const chunks: Buffer[] = [];
  let bytes = 0;
  running.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= stdoutLimitBytes) chunks.push(chunk);
  });
  const lastLines: string[] = [];
  const lines = createInterface({ input: running.stderr, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on("line", (line) => {
    lastLines.push(line);
    if (lastLines.length > keptLines) lastLines.shift();
    onLine(line);
  });
  const read = Promise.all([finished(running.stdout), once(lines, "close")]);
  const { exitCode } = await running.ended;
  await read.catch(() => {});
  return { exitCode, stdout: Buffer.concat(chunks).toString("utf8"), lastLines };
}
