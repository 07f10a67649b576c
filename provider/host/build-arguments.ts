/** What a builder is asked for; paths are absolute. */
export interface Build {
  /** Folder sent as the build context, or `URL#COMMIT:FOLDER` of a git repository; without one the Dockerfile stands alone. */
  readonly context?: string;
  /** Path of the Dockerfile (in a repository relative to its folder), or its text where there is no context. */
  readonly dockerfile: string;
  readonly platform: string;
  /** Images that stages may be FROM, by name: `oci-layout://FOLDER@DIGEST`. */
  readonly contexts?: Readonly<Record<string, string>> | undefined;
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
export function layoutArguments(build: Build, layout: string, metadata: string): string[] {
  const output = `type=oci,tar=false,compression=uncompressed,force-compression=true,dest=${layout}`;
  return [
    ...["buildx", "build", "--provenance=false"],
    ...(build.builder ? ["--builder", build.builder] : []),
    ...commonArguments(build),
    ...many("--cache-to", build.cacheTo),
    ...many(
      "--build-context",
      Object.entries(build.contexts ?? {}).map(([name, from]) => `${name}=${from}`),
    ),
    ...["--output", output, "--metadata-file", metadata, build.context ?? "-"],
  ];
}

/** The arguments of `docker build` on an engine that cannot export a layout; the image's id goes into a file. */
export function engineArguments(build: Build, idFile: string): string[] {
  return ["build", ...commonArguments(build), "--iidfile", idFile, build.context ?? "-"];
}

/** The arguments of `docker build` that put the image's files into a folder. */
export function folderArguments(build: Build, folder: string): string[] {
  const output = ["type=local", `dest=${folder}`].map(csvField).join(",");
  return ["build", ...commonArguments(build), "--output", output, build.context ?? "-"];
}

function commonArguments(build: Build): string[] {
  const secrets = (build.secrets ?? []).map(({ id, env, file }) =>
    [`id=${id}`, env ? `env=${env}` : `src=${file}`].map(csvField).join(","),
  );
  const buildArgs = Object.entries(build.buildArgs ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    ...["--progress=plain", "--platform", build.platform],
    ...(build.context ? ["--file", build.dockerfile] : []),
    ...(build.target ? ["--target", build.target] : []),
    ...many("--build-arg", buildArgs.sort()),
    ...(build.network ? ["--network", build.network] : []),
    ...many("--ssh", build.ssh),
    ...many("--secret", secrets),
    ...many("--cache-from", build.cacheFrom),
    ...(build.pull ? ["--pull"] : []),
    ...(build.noCache ? ["--no-cache"] : []),
  ];
}

/** A field of the comma-separated line that --secret takes (RFC 4180). */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function many(flag: string, values: readonly string[] = []): string[] {
  return values.flatMap((value) => [flag, value]);
}
