import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type WatchedDocker, watchDocker } from "./docker-client.ts";
import { diskProgram, tinyFiles } from "./fixture.ts";
import { makeProject, type Project, type Run } from "./project.ts";

// What one machine made stands in the state; the other machine has the project and the state, and an empty store.
const files = {
  ...tinyFiles,
  // The builder's cache makes this step repeatable; without the cache nothing does.
  Dockerfile: `${tinyFiles.Dockerfile}RUN cat /proc/sys/kernel/random/uuid > /etc/machine-uuid\n`,
};
const used: { project?: Project; docker: WatchedDocker[] } = { docker: [] };
let project: Project;
let first: Run;
let cache: string;

beforeAll(async () => {
  const home = await makeProject(diskProgram, files, { BOOTWRIGHT_CACHE: "" });
  used.project = home;
  cache = join(home.store, "..", "cache");
  project = await home.checkoutElsewhere({ env: { BOOTWRIGHT_CACHE: cache } });
  first = await project.up();
});
afterAll(async () => {
  for (const docker of used.docker) await docker.dispose();
  await used.project?.dispose();
});

let machines = 0;

/** The project on a machine that has nothing but the state. */
async function otherMachine(
  builds: Parameters<typeof watchDocker>[0],
  env: Record<string, string> = {},
): Promise<{ machine: Project; docker: WatchedDocker }> {
  const docker = await watchDocker(builds);
  used.docker.push(docker);
  const store = join(project.store, "..", `store-${++machines}`);
  const machine = await project.checkoutElsewhere({
    store,
    env: { BOOTWRIGHT_DOCKER: docker.path, BOOTWRIGHT_CACHE: "", ...env },
  });
  return { machine, docker };
}

const changed = (run: Run) =>
  Object.entries(run.operations)
    .filter(([, operation]) => operation !== "same")
    .map(([name, operation]) => `${operation} ${name}`)
    .sort();
const builds = async (docker: WatchedDocker) =>
  (await docker.calls()).filter((call) => call.startsWith("buildx build"));
const objectsIn = (store: string) => readdir(join(store, "objects"));

test("an up with nothing to do changes, builds and fetches nothing", async () => {
  const { machine, docker } = await otherMachine("refused", { BOOTWRIGHT_CACHE: cache });
  expect(changed(await machine.up())).toEqual([]);
  expect(await builds(docker)).toEqual([]);
  expect(await objectsIn(machine.store)).toEqual([]);
});

test("a refresh takes no artefact for gone or changed because this machine lacks it", async () => {
  const { machine } = await otherMachine("refused");
  const run = await machine.refresh();
  expect(Object.keys(run.operations)).toContain("web-disk");
  expect(changed(run)).toEqual([]);
});

const downstream = ["update web-bootloader", "update web-disk", "update web-filesystem"];

test("with a cache a changed command line needs no builder", async () => {
  const { machine, docker } = await otherMachine("refused", {
    BOOTWRIGHT_CACHE: cache,
    TEST_COMMAND_LINE: "rw quiet",
  });
  const run = await machine.up();
  expect(changed(run)).toEqual(downstream);
  expect(await builds(docker)).toEqual([]);
  expect(run.outputs.tree).toBe(first.outputs.tree);
  expect(run.outputs.diskDigest).not.toBe(first.outputs.diskDigest);
  await access(String(run.outputs.path));
});

test("without a cache the recipe is run again and leads to the very bytes that were there", async () => {
  const { machine, docker } = await otherMachine("as-asked");
  const run = await machine.up();
  // The command line is back at what it was on the first machine.
  expect(changed(run)).toEqual(downstream);
  expect(await builds(docker)).toHaveLength(1);
  expect(run.outputs).toMatchObject({
    tree: first.outputs.tree,
    ext4: first.outputs.ext4,
    diskDigest: first.outputs.diskDigest,
  });
  expect(run.messages.join("\n")).toContain(
    "Rootfs web-rootfs is not in the store: making it again",
  );
});

test("an image that no longer builds to the same content is an error that says what to do, and that works", async () => {
  const { machine, docker } = await otherMachine("without-cache", {
    TEST_COMMAND_LINE: "rw debug",
  });
  const { "web-rootfs": urn = "" } = await machine.urns();
  expect(urn).toMatch(/^urn:pulumi:test::fixture::.*Rootfs::web-rootfs$/);

  const message = await machine.failingUp();
  expect(
    message.replace(/at least (1 path differs|[1-9]\d* paths differ)/, "at least N paths differ"),
  ).toContain(
    `error: Rootfs web-rootfs can no longer be reproduced (at least N paths differ): configure a cache, or run pulumi up --replace ${urn}\n`,
  );
  expect(await builds(docker)).toHaveLength(1);

  const run = await machine.up({ replace: [urn] });
  expect(run.outputs.tree).not.toBe(first.outputs.tree);
  await access(String(run.outputs.path));
});
