import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SetupError } from "./progress.ts";
import { asRoot } from "./root.ts";
import { run } from "./run.ts";

const environment = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };
let updated: Promise<string> | undefined;

const patienceMilliseconds = 600_000;

/**
 * Does apt's work in spite of what a machine may be in the middle of: another apt that holds the package lists, for which apt has no option
 * to wait, and packages that an apt which was killed left half-installed.
 */
export async function despiteOthers<T>(
  work: () => Promise<T>,
  finishInstallations: () => Promise<unknown> = async () =>
    run(await asRoot(["dpkg", "--configure", "-a"]), { env: environment }),
): Promise<T> {
  const deadline = performance.now() + patienceMilliseconds;
  for (let isFinished = false; ; ) {
    try {
      return await work();
    } catch (error) {
      if (/dpkg was interrupted/.test(String(error)) && !isFinished) {
        await finishInstallations();
        isFinished = true;
      } else if (/Could not get lock/.test(String(error)) && performance.now() < deadline) {
        await pause(500);
      } else throw error;
    }
  }
}

/** Reads the package lists anew: once in a set-up, and again after a source was added. */
export async function updatePackageLists({ again = false } = {}): Promise<void> {
  if (again) updated = undefined;
  updated ??= asRoot(["apt-get", "update"]).then((command) =>
    despiteOthers(() =>
      run(command, { env: environment, hint: "check the machine's apt sources" }),
    ),
  );
  await updated;
}

/** Installs Debian packages, without what they only recommend. */
export async function installPackages(packages: readonly string[]): Promise<void> {
  await updatePackageLists();
  const command = await asRoot(["apt-get", "install", "--yes", "--no-install-recommends"]);
  await despiteOthers(() =>
    run([...command, "-o", "DPkg::Lock::Timeout=600", ...packages], {
      env: environment,
      hint: `apt-get install ${packages.join(" ")}`,
    }),
  );
}

/** A source of packages among the machine's own. */
export interface AptSource {
  readonly uri: string;
  /** The same source for another suite's main packages, in the same format. */
  forSuite(suite: string): { readonly extension: "sources" | "list"; readonly text: string };
}

function readStanza(stanza: string, suite: string): AptSource | undefined {
  const lines = stanza.split("\n").filter((line) => !line.startsWith("#"));
  const field = (name: string) =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim()
      .split(/\s+/);
  const uri = field("URIs")?.[0];
  if (!uri || !field("Types")?.includes("deb") || !field("Suites")?.includes(suite))
    return undefined;
  const forSuite = (other: string) => ({
    extension: "sources" as const,
    text: `${lines
      .map((line) => line.replace(/^Suites:.*/, `Suites: ${other}`))
      .map((line) => line.replace(/^Components:.*/, "Components: main"))
      .map((line) => line.replace(/^Types:.*/, "Types: deb"))
      .join("\n")
      .trim()}\n`,
  });
  return { uri, forSuite };
}

function readLine(line: string, suite: string): AptSource | undefined {
  const match = /^deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s/.exec(`${line} `);
  const [, options = "", uri, name] = match ?? [];
  if (!uri || name !== suite) return undefined;
  const forSuite = (other: string) => ({
    extension: "list" as const,
    text: `deb ${options}${uri} ${other} main\n`,
  });
  return { uri, forSuite };
}

/** Finds the source that serves a suite in the text of a `.sources` or `.list` file. */
export function findSource(text: string, suite: string): AptSource | undefined {
  const stanzas = text.split(/\n[ \t]*\n/).map((stanza) => readStanza(stanza, suite));
  const lines = text.split("\n").map((line) => readLine(line, suite));
  return [...stanzas, ...lines].find((source) => source !== undefined);
}

/** The machine's own source of a suite: set-up asks no mirror but those that the machine asks. */
export function findMachineSource(suite: string): AptSource {
  const folder = "/etc/apt/sources.list.d";
  const names = readdirSync(folder).filter((name) => /\.(sources|list)$/.test(name));
  for (const file of ["/etc/apt/sources.list", ...names.sort().map((name) => join(folder, name))]) {
    const source = findSource(readText(file), suite);
    if (source) return source;
  }
  throw new SetupError(
    `The machine's apt sources do not name the suite "${suite}"`,
    `add one for ${suite} to ${folder}`,
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
