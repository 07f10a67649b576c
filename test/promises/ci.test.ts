import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { watchDocker } from "./docker-client.ts";
import { tinyFiles } from "./fixture.ts";

const repository = join(import.meta.dirname, "../..");
const example = join(repository, "examples/ci");
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-ci-"));
  await mkdir(join(folder, "state"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The commands of the workflow that an event runs, but for the installation of packages. */
async function commandsOf(event: "pull_request" | "push"): Promise<string[][]> {
  const text = await readFile(join(example, ".github/workflows/machine.yml"), "utf8");
  const steps = text.split(/^ {6}- /m).slice(1);
  return steps
    .filter((step) => !/^if: /.test(step) || step.includes(`'${event}'`))
    .flatMap((step) => /(?:^|\n *)run: (.*)/.exec(step)?.[1] ?? [])
    .filter((command) => command !== "npm ci")
    .map((command) => command.split(" "));
}

let runners = 0;

/** What the workflow prints on a fresh runner: an empty home, a new checkout, the state, and the cache of the run before. */
async function run(event: "pull_request" | "push", page: string) {
  const home = join(folder, `runner-${++runners}`);
  const project = join(home, "work");
  await cp(example, project, { recursive: true });
  await rm(join(project, "image"), { recursive: true });
  for (const [file, text] of Object.entries({ ...tinyFiles, "site/index.html": page })) {
    await mkdir(join(project, "image", file, ".."), { recursive: true });
    await writeFile(join(project, "image", file), text);
  }
  // This machine has a boot loader and nothing more to show.
  const program = await readFile(join(project, "index.ts"), "utf8");
  await writeFile(join(project, "index.ts"), program.replace('"login:"', '"SYSLINUX"'));
  await mkdir(join(project, "node_modules/@pulumi"), { recursive: true });
  await symlink(repository, join(project, "node_modules/bootwright"));
  const sdk = "node_modules/@pulumi/pulumi";
  await symlink(join(repository, sdk), join(project, sdk));
  const kept = join(folder, "cache");
  await cp(kept, join(project, ".cache"), { recursive: true }).catch(() => {});
  const docker = await watchDocker();
  const env = {
    HOME: home,
    PULUMI_HOME: join(home, ".pulumi"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    BOOTWRIGHT_CACHE: join(project, ".cache/artefacts"),
    BOOTWRIGHT_STORE: join(home, "store"),
    BOOTWRIGHT_DOCKER: docker.path,
  };
  try {
    let output = "";
    for (const [program = "", ...args] of await commandsOf(event))
      output += (await execa(program, args, { cwd: project, env, all: true })).all;
    const builds = (await docker.calls()).filter((call) => call.startsWith("buildx build"));
    await rm(kept, { recursive: true, force: true });
    await cp(join(project, ".cache"), kept, { recursive: true });
    return { output, builds };
  } finally {
    await docker.dispose();
    await rm(home, { recursive: true, force: true });
  }
}

/** The end of names like `web-disk` of resources that a run says it changes. */
function changedIn(output: string): string[] {
  const lines = output.matchAll(/ ~ {2}\S+:(\w+) \S+ updated /g);
  return [...new Set([...lines].map(([, type = ""]) => type))].sort();
}

test("the first push makes everything, and a run without a change builds nothing", async () => {
  const { output } = await run("push", "one");
  expect(output).toContain("+ 10 created");
  const again = await run("push", "one");
  expect(again.output).toContain("10 unchanged");
  expect(again.builds).toEqual([]);
});

test("a pull request shows what its merge rebuilds, and the push rebuilds that and nothing else", async () => {
  const shown = await run("pull_request", "two");
  expect(shown.output).toContain("~ 4 to update");
  const { output, builds } = await run("push", "two");
  expect(changedIn(output)).toEqual(["BootTest", "DiskImage", "Filesystem", "Rootfs"]);
  expect(output).toContain("~ 4 updated");
  expect(output).toContain("6 unchanged");
  expect(builds).toHaveLength(1);
  expect(builds[0]).toContain("--cache-from type=local,src=.cache/layers");
});
