import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { findMachineSource, installPackages } from "./apt.ts";
import { findPrograms, hasProgram } from "./paths.ts";
import { type Say, SetupError } from "./progress.ts";
import { asRoot, canBeRoot, findDistribution } from "./root.ts";
import { run, tryRun } from "./run.ts";

const pullTimeoutMilliseconds = 300_000;

/** 2025-01-01: files that set-up itself makes get no later date. */
const latestTime = 1735689600;

/** Names of the images that an engine has. */
export async function listImages(client: string): Promise<Set<string>> {
  const format = "{{.Repository}}:{{.Tag}}";
  return new Set((await run([client, "image", "ls", "--format", format])).split("\n"));
}

/** Hands a folder to the engine as an image, whose files are in a fixed order. */
async function importFolder(client: string, folder: string, image: string, command: string) {
  const [tar, ...args] = await asRoot(["tar", "-C", folder, "--sort=name", "--numeric-owner"]);
  const time = ["--clamp-mtime", `--mtime=@${latestTime}`];
  const change = `CMD ["${command}"]`;
  await execa(tar, [...args, ...time, "-c", "."], { stdin: "ignore", buffer: false }).pipe(
    client,
    ["import", "--change", change, "-", image],
    { buffer: false },
  );
}

/** What a package manager leaves behind and official base images lack, or what names the machine. */
const leftovers = [
  "etc/hostname",
  "etc/resolv.conf",
  "var/cache/apt",
  "var/cache/ldconfig/aux-cache",
  "var/lib/apt/lists",
  "var/log",
];

/** Makes a base image of Debian's packages, under the name that a registry gives it. */
async function bootstrap(client: string, image: string, suite: string): Promise<void> {
  await installPackages(["debootstrap", "debian-archive-keyring"]);
  const folder = await mkdtemp(join(tmpdir(), "bootwright-"));
  const tree = join(folder, "tree");
  try {
    const { uri } = findMachineSource(findDistribution().codename);
    const variant = "--variant=minbase";
    await run(await asRoot(["debootstrap", variant, suite, tree, uri]), {
      hint: `check that the machine's Debian mirror has ${suite}`,
    });
    await run(await asRoot(["rm", "-rf", ...leftovers.map((path) => join(tree, path))]));
    const empty = ["var/cache/apt/archives/partial", "var/lib/apt/lists/partial", "var/log/apt"];
    await run(await asRoot(["mkdir", "-p", ...empty.map((path) => join(tree, path))]));
    await importFolder(client, tree, image, "bash");
  } finally {
    await run(await asRoot(["rm", "-rf", folder]));
  }
}

/** Makes an image of nothing but busybox, for tests that need a small one. */
async function makeBusybox(client: string, image: string): Promise<void> {
  if (!hasProgram("busybox")) await installPackages(["busybox-static"]);
  const folder = await mkdtemp(join(tmpdir(), "bootwright-"));
  try {
    const bin = join(folder, "bin");
    for (const name of ["bin", "etc", "root", "tmp"]) await mkdir(join(folder, name));
    await copyFile(findPrograms("busybox")[0] ?? "busybox", join(bin, "busybox"));
    const applets = (await run([join(bin, "busybox"), "--list"])).split("\n");
    const made = new Set(await readdir(bin));
    for (const applet of applets)
      if (!made.has(applet)) await symlink("busybox", join(bin, applet));
    await importFolder(client, folder, image, "sh");
  } finally {
    await rm(folder, { recursive: true });
  }
}

const baseImages = [
  { image: "debian:12", make: (client: string) => bootstrap(client, "debian:12", "bookworm") },
  {
    image: "debian:trixie-slim",
    make: (client: string) => bootstrap(client, "debian:trixie-slim", "trixie"),
  },
  { image: "busybox:latest", make: (client: string) => makeBusybox(client, "busybox:latest") },
];

/** Provides the images that the Dockerfiles of the examples, the tests and the toolbox start from. */
export async function setUpImages(client: string, say: Say): Promise<string> {
  const present = await listImages(client);
  const missing = baseImages.filter(({ image }) => !present.has(image));
  for (const { image, make } of missing) {
    say(`pulling ${image}, because Dockerfiles start from it`);
    const pulled = await tryRun([client, "pull", "--quiet", image], {
      timeout: pullTimeoutMilliseconds,
    });
    if (pulled !== undefined) continue;
    if (!findDistribution().usesApt || !(await canBeRoot())) {
      throw new SetupError(
        `${image} could not be pulled\nDockerfiles of the examples and the tests start from it`,
        `docker pull ${image}`,
      );
    }
    say(`making ${image} of the machine's own Debian packages, because no registry has answered`);
    await make(client);
  }
  return `${baseImages.map(({ image }) => image).join(", ")}, which Dockerfiles start from`;
}
