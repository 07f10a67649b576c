import { afterAll, beforeAll, expect, test } from "vitest";
import { type WatchedDocker, watchDocker } from "./docker-client.ts";
import { tinyFiles } from "./fixture.ts";
import { makeFaceProject } from "./plugin-project.ts";
import type { Project, Run } from "./project.ts";
import { pulumi } from "./survives/pulumi.ts";

/** Machines by their names; the first half has one host name, the second another. */
const program = `import { Machine } from "./face.ts";
const names = (process.env.TEST_MACHINES ?? "a b c d e f").split(" ");
const made = names.map((name) => new Machine(name, {
  source: { dockerfile: { context: "." } }, hostname: name < "d" ? "one" : "two", diskSizeMiB: 192,
}));
export const trees = Object.fromEntries(names.map((name, i) => [name, made[i].rootfs.ref.digest]));
export const disks = Object.fromEntries(names.map((name, i) => [name, made[i].disk.ref.digest]));
`;
const unattended = ["--yes", "--skip-preview"];

let docker: WatchedDocker;
let project: Project;

beforeAll(async () => {
  docker = await watchDocker();
  project = await makeFaceProject("plugin", program, tinyFiles, {
    BOOTWRIGHT_DOCKER: docker.path,
  });
});
afterAll(async () => {
  await project?.dispose();
  await docker?.dispose();
});

function changes({ operations }: Run): string[] {
  return Object.entries(operations)
    .filter(([, operation]) => operation !== "same")
    .map(([name, operation]) => `${operation} ${name}`)
    .sort();
}

test("six machines at a time build each image once, and come out as one alone does", async () => {
  await pulumi(project, "up", ...unattended, "--parallel", "8");
  const builds = (await docker.calls()).filter((call) => call.startsWith("buildx build"));
  expect(builds).toHaveLength(2);
  const { trees, disks } = (await project.up()).outputs as Record<string, Record<string, string>>;
  expect(new Set(Object.values(trees ?? {})).size).toBe(2);
  expect(new Set(Object.values(disks ?? {})).size).toBe(6);
  const alone = await makeFaceProject("plugin", program, tinyFiles, { TEST_MACHINES: "e" });
  try {
    const { outputs } = await alone.up();
    expect(outputs).toEqual({ trees: { e: trees?.e }, disks: { e: disks?.e } });
  } finally {
    await alone.dispose();
  }
});

test("a refresh of all finds nothing changed", async () => {
  expect(changes(await project.refresh())).toEqual([]);
});

test("up --target changes only what it names, and the next up the rest", async () => {
  await project.write("site/index.html", "two");
  const { "a-rootfs": urn = "" } = await project.urns();
  await pulumi(project, "up", ...unattended, "--target", urn);
  const { operations } = await project.preview();
  expect(operations).toMatchObject({ "a-rootfs": "same", "a-disk": "update" });
  expect(operations).toMatchObject({ "b-rootfs": "update", "b-disk": "update" });
  await pulumi(project, "up", ...unattended, "--parallel", "8");
  expect(changes(await project.preview())).toEqual([]);
});

test("what follows from its inputs cannot be imported, and the message says what to do", async () => {
  const token = "bootwright:index:PartitionLayout";
  const imported = pulumi(project, "import", token, "layout", "some-id", "--yes");
  await expect(imported).rejects.toThrow("(declare it: pulumi up takes over what the store");
  expect(changes(await project.preview())).toEqual([]);
});

test("one machine less removes its resources alone, and destroy the others", async () => {
  const fewer = await project.checkoutElsewhere({ env: { TEST_MACHINES: "a b c d e" } });
  const removed = changes(await fewer.up());
  expect(removed).toHaveLength(8);
  for (const change of removed) expect(change).toMatch(/^delete f/);
  await project.destroy();
  const { deployment } = JSON.parse(await project.state()) as { deployment: { resources?: [] } };
  expect(deployment.resources ?? []).toEqual([]);
});
