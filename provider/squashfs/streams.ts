import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { ToolError } from "../errors.ts";
import { despiteEngineFaults } from "../host/engine-fault.ts";
import { demandSuccess } from "../host/failure.ts";
import type { RunningTool, ToolStep } from "../host/tool.ts";
import type { Context } from "../resource.ts";

type Tools = Pick<Context, "runner" | "signal">;

const keptLines = 20;
/** What says that names are bytes, which they are to mksquashfs in any case. */
const harmless = 'Unrecognised keyword "hdrcharset" in pax header, ignoring';

/**
 * Runs a step with a stream as its input, which is asked for anew where the engine could not begin. Anything on stderr is a failure:
 * mksquashfs loses files with a word there and exit code 0.
 */
export function feed(
  step: ToolStep,
  input: () => AsyncIterable<Buffer>,
  tools: Tools,
): Promise<void> {
  return despiteEngineFaults(() => feedOnce(step, input(), tools));
}

async function feedOnce(
  step: ToolStep,
  input: AsyncIterable<Buffer>,
  { runner, signal }: Tools,
): Promise<void> {
  const running = await runner.start(step, { signal });
  running.stdout.resume();
  const outcome = follow(running);
  const problem = await settled(
    pipeline(Readable.from(input, { objectMode: false }), running.stdin),
  );
  const { exitCode, lastLines } = await outcome;
  signal.throwIfAborted();
  // A tool that ends early closes its input: then the tool has the reason.
  if (problem && !isBrokenPipe(problem.error)) throw problem.error;
  demandSuccess(step, { exitCode, lastLines }, runner.kind);
  if (problem) throw problem.error;
  if (lastLines.length === 0) return;
  throw new ToolError(
    [`${step.tool} ended without an error code but said:`, ...lastLines].join("\n"),
  );
}

/** Runs a step whose output is read as it comes; where the tool fails, that is the error, else what the reading throws. */
export function readFrom(
  step: ToolStep,
  read: (output: AsyncIterable<Buffer>) => Promise<void>,
  tools: Tools,
): Promise<void> {
  return despiteEngineFaults(() => readOnce(step, read, tools));
}

async function readOnce(
  step: ToolStep,
  read: (output: AsyncIterable<Buffer>) => Promise<void>,
  { runner, signal }: Tools,
): Promise<void> {
  const running = await runner.start(step, { signal });
  running.stdin.end();
  const outcome = follow(running);
  const output: AsyncIterator<Buffer> = running.stdout[Symbol.asyncIterator]();
  const first = await output.next();
  // Where the engine could not begin there is no first piece, and nothing has been read that would be read twice.
  const problem = first.done ? undefined : await settled(read(piecesFrom(first.value, output)));
  // What is not read is passed over, so that the tool can say why it has written something else.
  running.stdout.destroy();
  const end = await outcome;
  signal.throwIfAborted();
  demandSuccess(step, end, runner.kind);
  if (first.done) await read(piecesFrom(undefined, output));
  if (problem) throw problem.error;
}

async function* piecesFrom(
  first: Buffer | undefined,
  rest: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  if (first) yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

interface End {
  readonly exitCode: number | undefined;
  readonly lastLines: readonly string[];
}

/** Waits for a tool's end and keeps what it first said. */
export async function follow(running: RunningTool): Promise<End> {
  const lastLines: string[] = [];
  createInterface({ input: running.stderr }).on("line", (line) => {
    if (lastLines.length < keptLines && line !== harmless) lastLines.push(line);
  });
  const read = finished(running.stderr).catch(() => {});
  const { exitCode } = await running.ended;
  await read;
  return { exitCode, lastLines };
}

function settled(work: Promise<void>): Promise<{ error: unknown } | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
}

/** The tool ended before it had read all. */
function isBrokenPipe(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EPIPE" || code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ECONNRESET";
}
