import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { dockerClient } from "../../provider/host/docker.ts";
import type { Partition } from "../../provider/plan/layout.ts";
import { tinyFiles } from "./fixture.ts";

const repository = join(import.meta.dirname, "..", "..");
/** Debian's libfaketime: gives whatever it is loaded into another clock. */
const faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/** Where and as whom something is made. */
export interface Place {
  /** Part of the paths of store and project. */
  readonly name: string;
  readonly uid: number;
  readonly clockDays: number;
  readonly env: Readonly<Record<string, string>>;
}

/** What every-format.ts made, in the files that it names. */
export interface Everything {
  readonly clock: number;
  readonly uid: number;
  readonly decimal: string;
  readonly zone: number;
  readonly tree: string;
  readonly ext4: readonly string[];
  readonly partition: Partition;
  /** Versions of the packages that its boot files are of. */
  readonly syslinux: string;
  readonly machine: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  /** By compression. */
  readonly initramfs: Readonly<Record<string, string>>;
  /** A disk of one FAT that SYSLINUX starts. */
  readonly fat: string;
  /** What `date` said in each step, in days from now. */
  readonly stepDays: readonly number[];
  dispose(): Promise<void>;
}

/** Makes the fixture in every format in a folder and an empty store of their own, as another user with another clock. */
export async function makeElsewhere(place: Place): Promise<Everything> {
  const home = await mkdtemp(join(tmpdir(), `bootwright-${place.name}-`));
  try {
    return await makeIn(home, place);
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

async function makeIn(home: string, place: Place): Promise<Everything> {
  const [project, store, steps] = ["project", "store", "steps"].map((part) => join(home, part));
  for (const folder of [project!, store!, steps!]) await mkdir(folder);
  for (const [file, content] of Object.entries(tinyFiles)) {
    await mkdir(join(project!, file, ".."), { recursive: true });
    await writeFile(join(project!, file), content);
  }
  await execa("chown", ["-R", `${place.uid}:${place.uid}`, home]);
  await chmod(steps!, 0o1777);
  const clock = {
    LD_PRELOAD: faketime,
    FAKETIME: `+${place.clockDays}d`,
    // Node's timers and the engine's leases are of this clock.
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  const tools = await watchedTools(home, steps!, clock);
  const env = {
    ...{ HOME: home, PATH: `${tools}${delimiter}${process.env.PATH}` },
    ...{ BOOTWRIGHT_DOCKER: join(tools, "docker"), ...place.env },
  };
  const socket = await stat("/var/run/docker.sock");
  const as = ["--reuid", `${place.uid}`, "--regid", `${place.uid}`, "--groups", `${socket.gid}`];
  const clocked = Object.entries(clock).map(([name, value]) => `${name}=${value}`);
  const child = [process.execPath, join(import.meta.dirname, "every-format.ts"), store!, project!];
  const { stdout } = await execa("setpriv", [...as, "env", ...clocked, ...child], {
    ...{ env, extendEnv: false, cwd: repository },
  });
  const made = JSON.parse(stdout) as Omit<Everything, "stepDays" | "dispose">;
  const said = await readdir(steps!);
  const dates = await Promise.all(said.map((file) => readFile(join(steps!, file), "utf8")));
  return {
    ...made,
    stepDays: dates.flatMap((text) => text.trim().split("\n")).map(daysFromNow),
    dispose: () => rm(home, { recursive: true, force: true }),
  };
}

/** Days from now to a time in seconds since 1970. */
function daysFromNow(seconds: string): number {
  return Math.round((Number(seconds) * 1000 - Date.now()) / 86_400_000);
}

/**
 * The docker client and the host's tools, so that each step has the clock and first says what time it is: a line in a
 * file of its own user. In a container, what stands before `timeout` is what the step begins with.
 */
async function watchedTools(
  home: string,
  steps: string,
  clock: Readonly<Record<string, string>>,
): Promise<string> {
  const tools = join(home, "tools");
  await mkdir(tools);
  const script = async (name: string, lines: readonly string[]): Promise<string> => {
    await writeFile(join(tools, name), `#!/bin/sh\n${lines.join("\n")}\n`);
    await chmod(join(tools, name), 0o755);
    return join(tools, name);
  };
  const sayDate = `date +%s >> '${steps}/dates'`;
  const first = await script("timeout-in-container", [sayDate, 'exec /usr/bin/timeout "$@"']);
  const bind = (src: string, dst: string, rest = "") => [
    ...["--mount", `type=bind,src=${src},dst=${dst}${rest}`],
  ];
  const variables = Object.entries({ ...clock, LD_PRELOAD: "/faketime.so" });
  const flags = [
    ...bind(faketime, "/faketime.so", ",readonly"),
    ...bind(steps, steps),
    ...bind(first, "/usr/local/bin/timeout", ",readonly"),
    ...variables.flatMap(([name, value]) => ["--env", `${name}=${value}`]),
  ].map((flag) => `'${flag}'`);
  await script("docker", [
    `if [ "$1" = run ]; then shift; set -- run ${flags.join(" ")} "$@"; fi`,
    // Every place builds the image anew: a shared cache of the builder would prove nothing.
    'if [ "$1 $2" = "buildx build" ]; then shift 2; set -- buildx build --no-cache "$@"; fi',
    `exec '${await whichOne(dockerClient())}' "$@"`,
  ]);
  const assignments = Object.entries(clock).map(([name, value]) => `export ${name}='${value}'`);
  for (const tool of ["qemu-img", "gzip", "xz", "zstd", "syslinux", "cp"]) {
    await script(tool, [...assignments, sayDate, `exec '${await whichOne(tool)}' "$@"`]);
  }
  return tools;
}

async function whichOne(program: string): Promise<string> {
  return (await execa("which", [program])).stdout;
}
