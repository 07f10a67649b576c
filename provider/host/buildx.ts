import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { MissingToolError, ToolError } from "../errors.ts";

/** What a builder is asked for; paths are absolute. */
export interface Build {
  /** Folder sent as the build context; without one the Dockerfile stands alone. */
  readonly context?: string;
  /** Path of the Dockerfile, or its text where there is no context. */
  readonly dockerfile: string;
  readonly platform: string;
  readonly target?: string | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly network?: string | undefined;
  readonly ssh?: readonly string[] | undefined;
  readonly secrets?:
    | readonly { id: string; env?: string | undefined; file?: string | undefined }[]
    | undefined;
  readonly cacheFrom?: readonly string[] | undefined;
  readonly cacheTo?: readonly string[] | undefined;
  readonly pull?: boolean | undefined;
  readonly noCache?: boolean | undefined;
  readonly builder?: string | undefined;
}

/** The arguments of `docker buildx build` that fill an OCI layout folder: a rebuild sends only the layers that it lacks. */
export function buildArguments(build: Build, layout: string, metadata: string): string[] {
  const output = `type=oci,tar=false,compression=uncompressed,force-compression=true,dest=${layout}`;
  const many = (flag: string, values: readonly string[] = []) => values.flatMap((v) => [flag, v]);
  const secrets = (build.secrets ?? []).map(({ id, env, file }) =>
    env ? `id=${id},env=${env}` : `id=${id},src=${file}`,
  );
  return [
    "buildx",
    "build",
    "--progress=plain",
    "--provenance=false",
    ...(build.builder ? ["--builder", build.builder] : []),
    "--platform",
    build.platform,
    ...(build.context ? ["--file", build.dockerfile] : []),
    ...(build.target ? ["--target", build.target] : []),
    ...Object.entries(build.buildArgs ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]),
    ...(build.network ? ["--network", build.network] : []),
    ...many("--ssh", build.ssh),
    ...many("--secret", secrets),
    ...many("--cache-from", build.cacheFrom),
    ...many("--cache-to", build.cacheTo),
    ...(build.pull ? ["--pull"] : []),
    ...(build.noCache ? ["--no-cache"] : []),
    "--output",
    output,
    "--metadata-file",
    metadata,
    build.context ?? "-",
  ];
}

/** Builds an image into an OCI layout folder and returns the digest of its manifest. */
export async function buildToLayout(
  build: Build,
  layout: string,
  stage: string,
  options: { signal: AbortSignal; onLine?: (line: string) => void },
): Promise<string> {
  const docker = process.env.BOOTWRIGHT_DOCKER || "docker";
  const metadata = join(stage, "build.json");
  const child = execa(docker, buildArguments(build, layout, metadata), {
    all: true,
    buffer: false,
    reject: false,
    cancelSignal: options.signal,
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
    throw new MissingToolError(
      "A docker client with buildx is needed to build the image, but none was found",
      {
        hint: "install docker.io and docker-buildx, or set BOOTWRIGHT_DOCKER to the client's path",
      },
    );
  if (result.failed) throw new ToolError(buildFailure(lines));
  const { "containerimage.digest": digest } = JSON.parse(await readFile(metadata, "utf8"));
  return String(digest);
}

/** What buildx says at the end: the last lines of the failing RUN, the lines of the Dockerfile, and the reason. */
export function buildFailure(lines: readonly string[]): string {
  const report = lines.findLastIndex((line) => /^ > \[/.test(line));
  const from = report >= 0 ? report : Math.max(0, lines.length - 20);
  const tail = lines.slice(from).filter((line) => !/^-{4,}$/.test(line) && line.trim() !== "");
  const reason = tail
    .findLast((line) => line.startsWith("ERROR: "))
    ?.replace(/^ERROR: (failed to solve: )?/, "");
  const body = tail.filter((line) => !line.startsWith("ERROR: ")).slice(-40);
  return [`The image does not build: ${reason ?? "buildx failed"}`, ...body].join("\n");
}

/** One step of a build's plain progress as a short line; undefined for what is not worth showing. */
export function buildProgress(line: string): string | undefined {
  const match = /^#\d+ (?:[\d.]+ )?(.+)$/.exec(line);
  const text = match?.[1]?.trim();
  return text && !/^(DONE|CACHED|transferring|sha256:)/.test(text) ? text : undefined;
}
