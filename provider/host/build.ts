import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { z } from "zod";
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

/** An image of the engine as a docker save archive; ends with an error when the engine does. */
export async function saveImage(reference: string, signal: AbortSignal): Promise<Readable> {
  const { execa } = await import("execa");
  const child = execa(dockerClient(), ["save", "--", reference], {
    buffer: { stdout: false },
    cancelSignal: signal,
  });
  child.catch((error: Error) => child.stdout.destroy(error));
  return child.stdout;
}

/** Runs a build; resolves to what it said when it failed. */
async function runBuild(
  build: Build,
  args: readonly string[],
  options: BuildOptions,
): Promise<string[] | undefined> {
  // Loaded when something is built: its hundred modules take longer than an update that changes nothing.
  const { execa } = await import("execa");
  const child = execa(dockerClient(), args, {
    all: true,
    buffer: false,
    reject: false,
    cancelSignal: options.signal,
    env: { DOCKER_BUILDKIT: "1" },
    ...(build.context ? { stdin: "ignore" as const } : { input: build.dockerfile }),
  });
  const lines: string[] = [];
  for await (const line of child.iterable({ from: "all" })) {
    lines.push(line);
    if (lines.length > 2000) lines.splice(0, 1000);
    options.onLine?.(line);
  }
  const result = await child;
  options.signal.throwIfAborted();
  if (result.code === "ENOENT")
    throw new MissingToolError("A docker client is needed to build the image, but none was found", {
      hint: "install docker.io and docker-buildx, or set BOOTWRIGHT_DOCKER to the client's path",
    });
  return result.failed ? lines : undefined;
}
