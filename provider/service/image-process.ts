import { posix } from "node:path";
import { searchPath } from "../init/programs.ts";
import { type Accounts, type Identity, identityOf } from "../init/user.ts";
import type { ImageConfig } from "../tree/ingest/image-config.ts";
import { readStopSignal } from "./stop-signal.ts";

/** What an image says of its process, made whole: what a container engine would add stands in it. */
export interface ImageProcess {
  /** Absolute path of the program. */
  readonly program: string;
  /** The program's arguments, from the name that it is called by. */
  readonly words: readonly string[];
  /** Each name once. */
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly user: Identity;
  /** USER says which group, so that what /etc/group says of the user does not count. */
  readonly namesGroup: boolean;
  readonly workingDir: string;
  /** A number or a name without SIG. */
  readonly stopSignal: string;
  readonly healthCheck?: HealthCheck;
}

/** HEALTHCHECK, with the engine's defaults. */
export interface HealthCheck {
  readonly program: string;
  readonly words: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly startPeriodSeconds: number;
}

/** What has to be known of the image's files; paths are absolute, links are followed. */
export interface ImageFiles {
  isProgram(path: string): boolean;
  readonly accounts: Accounts;
}

/** Reads the process out of an image's configuration, or says what keeps it from being a service. */
export function readProcess(
  config: ImageConfig,
  files: ImageFiles,
): { process: ImageProcess } | { problems: string[] } {
  const words = [...config.entrypoint, ...config.cmd];
  if (words.length === 0)
    return {
      problems: [
        "the image names no process: it has neither ENTRYPOINT nor CMD (give it one in the Dockerfile)",
      ],
    };
  const problems: string[] = [];
  const texts = [...words, ...config.env, ...config.healthcheck, config.user, config.workingDir];
  // A program's arguments end at a NUL, and half a surrogate pair is no text.
  if (texts.some((text) => text.includes("\0") || /\p{Surrogate}/u.test(text)))
    problems.push("the image's configuration has a text with a NUL or broken characters in it");
  const user = identityOf(config.user, files.accounts);
  if (typeof user === "string") problems.push(`its USER: ${user}`);
  const stopSignal = readStopSignal(config.stopSignal);
  if (stopSignal === undefined)
    problems.push(`its STOPSIGNAL ${JSON.stringify(config.stopSignal)} is no signal`);
  const env = variables(config.env, typeof user === "string" ? "/" : user.home);
  const workingDir = posix.resolve("/", config.workingDir);
  const path = env.find(([name]) => name === "PATH")?.[1] ?? "";
  const program = find(words[0]!, workingDir, path, files);
  if (!program) problems.push(missing("its program", words[0]!, path));
  const check = readHealthCheck(config, (name) => find(name, workingDir, path, files), path);
  if (typeof check === "string") problems.push(check);
  if (problems.length > 0 || typeof user === "string" || typeof check === "string")
    return { problems };
  return {
    process: {
      ...{ program: program!, words, env, user, workingDir, stopSignal: stopSignal! },
      namesGroup: config.user.includes(":"),
      ...(check && { healthCheck: check }),
    },
  };
}

/** The image's variables, the last of a name counting, and those that an engine sets where the image does not. */
function variables(env: readonly string[], home: string): [string, string][] {
  const all = new Map([
    ["PATH", searchPath],
    ["HOME", home],
  ]);
  for (const text of env) {
    const [, name = "", value = ""] = /^([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
    if (name !== "") all.set(name, value);
  }
  return [...all];
}

function find(name: string, cwd: string, path: string, files: ImageFiles): string | undefined {
  if (name === "") return undefined;
  const folders = name.includes("/") ? ["."] : path.split(":");
  return folders
    .map((folder) => posix.resolve(cwd, folder, name))
    .find((candidate) => files.isProgram(candidate));
}

function missing(what: string, name: string, path: string): string {
  return `${what} ${JSON.stringify(name)} is not in the image (its PATH is ${JSON.stringify(path)})`;
}

function readHealthCheck(
  { healthcheck: [kind, ...rest], healthTimes }: ImageConfig,
  search: (name: string) => string | undefined,
  path: string,
): HealthCheck | undefined | string {
  if (kind === undefined || kind === "NONE") return undefined;
  const words = kind === "CMD-SHELL" ? ["/bin/sh", "-c", rest.join(" ")] : rest;
  if ((kind !== "CMD" && kind !== "CMD-SHELL") || rest.length === 0)
    return `its HEALTHCHECK ${JSON.stringify([kind, ...rest])} is no command`;
  const program = search(words[0]!);
  if (!program) return missing("the program of its HEALTHCHECK", words[0]!, path);
  return {
    program,
    words,
    intervalSeconds: healthTimes.intervalSeconds || 30,
    timeoutSeconds: healthTimes.timeoutSeconds || 30,
    startPeriodSeconds: healthTimes.startPeriodSeconds,
  };
}
