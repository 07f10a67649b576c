import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import * as z from "zod";
import { MissingToolError, ToolError } from "../errors.ts";
import { digestPattern } from "../plan/ref.ts";
import {
  type Build,
  engineArguments,
  folderArguments,
  layoutArguments,
} from "./build-arguments.ts";
import { buildFailure } from "./build-report.ts";
import { dockerClient } from "./docker.ts";
import { despiteEngineFaults, isEngineFault } from "./engine-fault.ts";
import { failedTool } from "./failure.ts";
import { startProcess } from "./process.ts";

/** How a build is watched and stopped. */
export interface BuildOptions {
  readonly signal: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** Says that the engine's builder cannot fill an OCI layout: it has no buildx, or not the containerd image store. */
export class NoLayoutExport extends Error {}

/** Builds an image into an OCI layout folder and returns the digest of its manifest. */
export async function buildToLayout(
  build: Build,
  layout: string,
  stage: string,
  options: BuildOptions,
): Promise<string> {
  const metadata = join(stage, "build.json");
  const lines = await runBuild(build, layoutArguments(build, layout, metadata), options);
  if (lines) {
    const text = lines.join("\n");
    if (noLayout.test(text)) throw new NoLayoutExport(text);
    throw new ToolError(buildFailure(lines));
  }
  return z
    .object({ "containerimage.digest": z.string().regex(digestPattern) })
    .parse(JSON.parse(await readFile(metadata, "utf8")))["containerimage.digest"];
}

const noLayout =
  /is not a docker command|unknown (shorthand )?flag|OCI exporter is not supported for the docker driver/;

/** Builds an image in the engine and returns its id. */
export async function buildInEngine(
  build: Build,
  stage: string,
  options: BuildOptions,
): Promise<string> {
  const idFile = join(stage, "image-id");
  const lines = await runBuild(build, engineArguments(build, idFile), options);
  if (lines) throw new ToolError(buildFailure(lines));
  return (await readFile(idFile, "utf8")).trim();
}

/** Builds an image whose files, without its history, are put into a folder. */
export async function buildToFolder(
  build: Build,
  folder: string,
  options: BuildOptions,
): Promise<void> {
  const lines = await runBuild(build, folderArguments(build, folder), options);
  if (lines) throw new ToolError(buildFailure(lines));
}

/** An image of the engine as a docker save archive; ends with an error where the engine does not send all of it. */
export function saveImage(reference: string, signal: AbortSignal): Readable {
  return Readable.from(savedPieces(reference, signal), { objectMode: false });
}

async function* savedPieces(reference: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  signal.throwIfAborted();
  const [tool, args] = [dockerClient(), ["save", "--", reference]];
  const child = startProcess(tool, args);
  signal.addEventListener("abort", child.kill);
  try {
    child.stdin.end();
    const said = child.stderr.toArray();
    yield* child.stdout;
    const { exitCode } = await child.ended;
    signal.throwIfAborted();
    const lastLines = Buffer.concat(await said)
      .toString()
      .trimEnd()
      .split("\n");
    const step = { tool, args, purpose: "to fetch the image", package: "docker-cli" };
    if (exitCode !== 0) throw failedTool(step, { exitCode, lastLines });
  } finally {
    child.kill();
    signal.removeEventListener("abort", child.kill);
  }
}

/** Runs a build; resolves to what it said when it failed. Where the engine was at fault, what was built before is the builder's to keep. */
async function runBuild(
  build: Build,
  args: readonly string[],
  options: BuildOptions,
): Promise<string[] | undefined> {
  return despiteEngineFaults(async () => {
    const lines = await runBuildOnce(build, args, options);
    const failure = lines && buildFailure(lines);
    if (failure && isEngineFault(failure)) throw new ToolError(failure);
    return lines;
  });
}

async function runBuildOnce(
  build: Build,
  args: readonly string[],
  options: BuildOptions,
): Promise<string[] | undefined> {
  options.signal.throwIfAborted();
  const child = startProcess(dockerClient(), args, {
    env: { ...process.env, DOCKER_BUILDKIT: "1" },
  });
  options.signal.addEventListener("abort", child.kill);
  child.stdin.end(build.context ? "" : build.dockerfile);
  const lines: string[] = [];
  const hear = async (input: Readable) => {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      lines.push(line);
      if (lines.length > 2000) lines.splice(0, 1000);
      options.onLine?.(line);
    }
  };
  const [{ exitCode }] = await Promise.all([child.ended, hear(child.stdout), hear(child.stderr)]);
  options.signal.removeEventListener("abort", child.kill);
  options.signal.throwIfAborted();
  if (exitCode === 127)
    throw new MissingToolError("A docker client is needed to build the image, but none was found", {
      hint: "install docker.io and docker-buildx, or set BOOTWRIGHT_DOCKER to the client's path",
    });
  return exitCode === 0 ? undefined : lines;
}
