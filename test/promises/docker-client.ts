import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerClient } from "../../provider/host/docker.ts";

/** A docker client that stands before the real one, for `BOOTWRIGHT_DOCKER`. */
export interface WatchedDocker {
  readonly path: string;
  /** The arguments of every call so far, joined by spaces. */
  calls(): Promise<string[]>;
  dispose(): Promise<void>;
}

/** Notes every call and passes it on; builds are passed on as well, refused, or made without cached layers as on a new machine. */
export async function watchDocker(
  builds: "as-asked" | "refused" | "without-cache" = "as-asked",
): Promise<WatchedDocker> {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-docker-"));
  const [path, log] = [join(folder, "docker"), join(folder, "calls")];
  const onBuild = {
    "as-asked": "",
    refused: 'echo "this machine has no builder" >&2; exit 1',
    "without-cache": 'shift 2; set -- buildx build --no-cache "$@"',
  }[builds];
  const script = [
    "#!/bin/sh",
    `echo "$*" >> '${log}'`,
    `if [ "$1 $2" = "buildx build" ]; then ${onBuild || ":"}; fi`,
    `exec '${dockerClient()}' "$@"`,
  ];
  await writeFile(path, `${script.join("\n")}\n`);
  await chmod(path, 0o755);
  await writeFile(log, "");
  return {
    path,
    calls: async () => (await readFile(log, "utf8")).split("\n").filter(Boolean),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
