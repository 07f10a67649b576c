import { existsSync } from "node:fs";
import { findMachineSource, installPackages, updatePackageLists } from "./apt.ts";
import type { Say } from "./progress.ts";
import { asRoot, findDistribution } from "./root.ts";
import { run } from "./run.ts";

/** Writes a file that only root may write. */
async function writeAsRoot(file: string, text: string): Promise<void> {
  await run(await asRoot(["mkdir", "-p", file.slice(0, file.lastIndexOf("/"))]));
  await run(await asRoot(["tee", file]), { input: text, stdin: "pipe" });
}

/** Debian 12 has neither buildx nor an engine that exports an OCI layout: both come from trixie. */
async function installFromTrixie(): Promise<void> {
  // What the engine depends on stays bookworm's; otherwise libc would become trixie's with it.
  await installPackages(["iptables", "containerd", "runc", "tini", "debian-archive-keyring"]);
  const source = findMachineSource("bookworm").forSuite("trixie");
  await writeAsRoot(
    "/etc/apt/preferences.d/bootwright-trixie",
    "Package: *\nPin: release n=trixie\nPin-Priority: 50\n",
  );
  await writeAsRoot(`/etc/apt/sources.list.d/bootwright-trixie.${source.extension}`, source.text);
  await updatePackageLists({ again: true });
  await installPackages(["docker.io/trixie", "docker-buildx/trixie", "docker-cli/trixie"]);
}

/** Installs the distribution's own Docker engine with buildx. */
export async function installEngine(say: Say): Promise<void> {
  const { codename } = findDistribution();
  if (codename === "bookworm") {
    say("installing docker.io and docker-buildx of Debian trixie, because no engine answers");
    await installFromTrixie();
    return;
  }
  say("installing docker.io and docker-buildx, because no engine answers");
  await installPackages(["docker.io", "docker-buildx", "iptables"]);
}

/** Turns the containerd image store on, which exports OCI layouts, unless the engine has settings already. */
export async function writeEngineSettings(): Promise<void> {
  const file = "/etc/docker/daemon.json";
  if (existsSync(file)) return;
  const settings = { features: { "containerd-snapshotter": true } };
  await writeAsRoot(file, `${JSON.stringify(settings, null, 2)}\n`);
}
