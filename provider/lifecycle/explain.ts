import { statfs } from "node:fs/promises";
import { MissingToolError, StoreError } from "../errors.ts";
import { engineAnswers } from "../host/docker.ts";
import { storeRoot } from "../store/paths.ts";

/** What the system, its tools and the engine say when a disk is full. */
const fullDisk = /\bENOSPC\b|\bEDQUOT\b|no space left on device|disk quota exceeded/i;

/** What the docker client says when nobody answers it. */
const noEngine = /cannot connect to the docker daemon|error during connect/i;

/** An error whose cause is this machine, a full disk or an engine that went away, as one that says so and what to do; any other as it is. */
export async function explain(error: unknown, root: string = storeRoot()): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  if (fullDisk.test(error.message)) return explainFullDisk(error, root);
  return (await isEngineGone(error)) ? explainNoEngine(error) : error;
}

async function explainFullDisk(error: Error, root: string): Promise<Error> {
  const said = error.message.split("\n").find((line) => fullDisk.test(line)) ?? "";
  // The builder says which file of the store it could not write; when it is none, the engine's own disk is full.
  const engine = isBuild(error) && !said.includes(root);
  const where = await statfs(root).then(
    ({ bavail, bsize }) => `${root} (${Math.round((bavail * bsize) / 1e6)} MB are free now)`,
    () => root,
  );
  const fix = engine
    ? "make room for the Docker engine (docker system df shows what it holds)"
    : `make room for the store ${where}, or set BOOTWRIGHT_STORE to a folder on a larger disk`;
  return new StoreError(`The disk is full: ${said.trim()}`, {
    hint: `${fix}, and run pulumi up again; nothing unfinished was kept`,
    cause: error,
  });
}

function isBuild(error: Error): boolean {
  return error.message.startsWith("The image does not build");
}

/** Asks the engine itself: what a cut connection looks like differs from one tool and version to the next. */
async function isEngineGone(error: Error): Promise<boolean> {
  if (noEngine.test(error.message)) return true;
  const used = isBuild(error) || process.env.BOOTWRIGHT_RUNNER !== "host";
  const mayBe = used && ["ToolError", "BootError", "MissingToolError"].includes(error.name);
  return mayBe && !error.message.includes("but was not found") && !(await engineAnswers());
}

function explainNoEngine(error: Error): Error {
  const lines = error.message.split("\n");
  const said = lines.find((line) => noEngine.test(line)) ?? lines[0] ?? "";
  const host = process.env.DOCKER_HOST;
  const fix = host
    ? `start it, or correct DOCKER_HOST=${host},`
    : "start it (systemctl start docker)";
  return new MissingToolError(`The Docker engine does not answer: ${said.trim()}`, {
    hint: `${fix} and run pulumi up again; what was finished is kept`,
    cause: error,
  });
}
