import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { startDaemon } from "./daemon.ts";
import { installEngine, writeEngineSettings } from "./engine-install.ts";
import { findPrograms, hasProgram, store } from "./paths.ts";
import { type Say, SetupError } from "./progress.ts";
import { asRoot, canBeRoot, findDistribution } from "./root.ts";
import { run, tryRun } from "./run.ts";

const settingsHint =
  'set {"features": {"containerd-snapshotter": true}} in the engine\'s daemon.json and restart it, or docker buildx create --use';

/** The docker clients of this machine, the chosen one first. */
function findClients(): string[] {
  const chosen = process.env.BOOTWRIGHT_DOCKER;
  return [...new Set([...(chosen ? [chosen] : []), ...findPrograms("docker")])];
}

/** Builds an empty image into an OCI layout folder, as Rootfs does with real ones. */
async function exportsLayout(client: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-"));
  try {
    await writeFile(join(folder, "Dockerfile"), "FROM scratch\nLABEL probe=1\n");
    const output = `type=oci,tar=false,dest=${join(folder, "layout")}`;
    return (
      (await tryRun([client, "buildx", "build", "--quiet", "--output", output, folder])) !==
      undefined
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Version of the engine that a client reaches. */
async function askEngine(client: string): Promise<string | undefined> {
  const version = await tryRun([client, "version", "--format", "{{.Server.Version}}"]);
  return version === "" ? undefined : version;
}

/** True where a client finds an engine that does not let this user in: another one would not help. */
export async function isKeptOut(client: string): Promise<boolean> {
  return run([client, "version"], { timeout: 60_000 }).then(
    () => false,
    (error: unknown) => /permission denied/i.test(String(error)),
  );
}

/** An engine that answers. */
export interface Engine {
  readonly client: string;
  readonly version: string;
}

/** An engine that answers, with the client that can do the job if there is one. */
async function findEngine(): Promise<{ able?: Engine; unable?: Engine }> {
  let unable: Engine | undefined;
  for (const client of findClients()) {
    const version = await askEngine(client);
    if (version === undefined) continue;
    if (await exportsLayout(client)) return { able: { client, version } };
    unable ??= { client, version };
  }
  return unable ? { unable } : {};
}

/** A pid file left by an engine that was killed may name another process by now: dockerd would refuse to start. */
async function removeStalePidFiles(): Promise<void> {
  for (const [file, name] of [
    ["/var/run/docker.pid", "dockerd"],
    ["/var/run/docker/containerd/containerd.pid", "containerd"],
  ] as const) {
    if (!existsSync(file)) continue;
    const comm = `/proc/${readFileSync(file, "utf8").trim()}/comm`;
    const alive = existsSync(comm) && readFileSync(comm, "utf8").trim() === name;
    if (!alive) await run(await asRoot(["rm", "-f", file]));
  }
}

/** Starts dockerd and waits until it answers. */
async function startEngine(say: Say): Promise<void> {
  if (existsSync("/run/systemd/system")) {
    say("starting the docker service, because it does not answer");
    await run(await asRoot(["systemctl", "start", "docker"]));
    return;
  }
  say("starting dockerd, because no engine answers");
  await removeStalePidFiles();
  const client = findClients()[0] ?? "docker";
  await startDaemon({
    name: "dockerd",
    command: await asRoot(["dockerd"]),
    logFile: join(store, "dockerd.log"),
    answers: async () => (await askEngine(client)) !== undefined || (await isKeptOut(client)),
  });
}

/** Makes sure that there is an engine to start, with settings under which it exports OCI layouts. */
async function prepareEngine(say: Say): Promise<void> {
  const clients = await Promise.all(
    findClients().map((client) => tryRun([client, "buildx", "version"])),
  );
  const isMissing = !hasProgram("dockerd") || clients.every((version) => version === undefined);
  if (!(await canBeRoot()) || (isMissing && !findDistribution().usesApt)) {
    throw new SetupError(
      "No Docker engine answers\nThe Dockerfile is built by one, and the tools run in its containers",
      "start Docker; or run this as root on Debian or Ubuntu, where it is installed for you",
    );
  }
  if (isMissing) await installEngine(say);
  await writeEngineSettings();
}

async function demandAccess(): Promise<void> {
  for (const client of findClients())
    if (await isKeptOut(client))
      throw new SetupError(
        "The Docker engine runs, but does not let this user in",
        `sudo usermod --append --groups docker ${userInfo().username}, log in again and run this again; or run it as root`,
      );
}

/** Finds, or installs and starts, a Docker engine that exports OCI layouts. */
export async function setUpEngine(say: Say): Promise<Engine> {
  let found = await findEngine();
  if (!found.able && !found.unable) {
    await demandAccess();
    await prepareEngine(say);
    await startEngine(say);
    found = await findEngine();
    if (!found.able && !found.unable) await demandAccess();
  }
  if (found.able) return found.able;
  const { client, version } = found.unable ?? { client: "docker", version: "unknown" };
  throw new SetupError(
    `The Docker engine ${version} cannot export an OCI layout\n${client} buildx build --output type=oci,tar=false failed`,
    settingsHint,
  );
}
