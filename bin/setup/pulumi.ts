import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findPrograms, store } from "./paths.ts";
import { type Say, SetupError } from "./progress.ts";
import { buildPulumi, hasGo } from "./pulumi-build.ts";
import { tryRun } from "./run.ts";

/** Where set-up puts a CLI of its own, once per machine. */
const ownBin = join(store, "tools/pulumi/bin");

const downloadSeconds = 300;

interface Cli {
  /** Folder of `pulumi` and its language host. */
  readonly bin: string;
  readonly version: string;
}

/** The CLI of a folder, if it can run TypeScript programs. */
async function askCli(bin: string): Promise<Cli | undefined> {
  if (!existsSync(join(bin, "pulumi-language-nodejs"))) return undefined;
  const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  const version = await tryRun([join(bin, "pulumi"), "version"], { env });
  return version ? { bin, version } : undefined;
}

async function findCli(): Promise<Cli | undefined> {
  for (const bin of [...findPrograms("pulumi").map(dirname), ownBin]) {
    const cli = await askCli(bin);
    if (cli) return cli;
  }
  return undefined;
}

/** Installs what fills the `bin` of a folder; it appears only when it is whole, and replaces what a killed set-up left. False when that fails, or takes too long. */
export async function installWhole(
  bin: string,
  install: (folder: string) => Promise<unknown>,
): Promise<boolean> {
  await mkdir(dirname(bin), { recursive: true });
  const stage = await mkdtemp(`${bin}-`);
  const tooLate = pause(downloadSeconds * 1000, false, { ref: false });
  const installed = install(stage).then(
    () => true,
    () => false,
  );
  try {
    if (!(await Promise.race([installed, tooLate]))) return false;
    await rm(bin, { recursive: true, force: true });
    await rename(join(stage, "bin"), bin);
    return true;
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Downloads the newest release; false when it cannot be reached, or not soon. */
async function downloadCli(): Promise<boolean> {
  // Imported here because loading Pulumi's SDK takes longer than the rest of an idle set-up.
  const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  return installWhole(ownBin, (root) => PulumiCommand.install({ root }));
}

/** Finds the Pulumi CLI, or downloads or builds one. */
export async function setUpPulumi(say: Say): Promise<Cli> {
  const found = await findCli();
  if (found) return found;
  say("downloading the Pulumi CLI, because it is not on PATH");
  if (!(await downloadCli())) {
    if (!(await hasGo())) {
      throw new SetupError(
        "The Pulumi CLI could not be downloaded, and there is no Go 1.25 or newer to build it with",
        "put pulumi on PATH, or install Go",
      );
    }
    say(
      "building it with Go (some minutes, once per machine), because the download is out of reach",
    );
    await buildPulumi(ownBin);
  }
  const cli = await askCli(ownBin);
  if (cli) return cli;
  throw new SetupError(
    `The Pulumi CLI in ${ownBin} does not run`,
    `remove ${ownBin} and start anew`,
  );
}
