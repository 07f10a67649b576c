import { readFileSync } from "node:fs";
import { SetupError } from "./progress.ts";
import { tryRun } from "./run.ts";

/** The machine's Linux distribution, as /etc/os-release names it. */
export interface Distribution {
  readonly id: string;
  readonly codename: string;
  /** True where apt-get installs Debian packages. */
  readonly usesApt: boolean;
}

/** Reads the text of an os-release file. */
export function readDistribution(text: string): Distribution {
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  const id = field("ID");
  const family = [id, ...field("ID_LIKE").split(" ")];
  return {
    id,
    codename: field("VERSION_CODENAME"),
    usesApt: family.includes("debian") || family.includes("ubuntu"),
  };
}

/** The distribution of this machine; an unknown one without apt outside Linux. */
export function findDistribution(): Distribution {
  try {
    return readDistribution(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return { id: process.platform, codename: "", usesApt: false };
  }
}

let prefix: Promise<readonly string[] | undefined> | undefined;

async function findRootPrefix(): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  return (await tryRun(["sudo", "-n", "true"])) === undefined ? undefined : ["sudo", "-n"];
}

/** True when set-up may install packages and start an engine: as root, or by sudo without a password. */
export async function canBeRoot(): Promise<boolean> {
  prefix ??= findRootPrefix();
  return (await prefix) !== undefined;
}

/** A command as root, by sudo where the user is another. */
export async function asRoot(
  command: readonly [string, ...string[]],
): Promise<[string, ...string[]]> {
  prefix ??= findRootPrefix();
  const before = await prefix;
  if (before === undefined) {
    throw new SetupError(
      `${command.join(" ")} needs root, and sudo asks for a password`,
      "run it by hand as root, or allow sudo -n",
    );
  }
  return [...before, ...command] as [string, ...string[]];
}
