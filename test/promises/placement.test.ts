import { createHash } from "node:crypto";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differingChunks } from "../tools/only-what-changed/raw-chunks.ts";
import { tinyFiles } from "./fixture.ts";
import { makeProject, type Project, type Run } from "./project.ts";

const program = `import { Machine } from "bootwright";
const path = process.env.TEST_PLACEMENT;
const { filesystem, disk } = new Machine("web", {
  source: { dockerfile: { context: "." } },
  diskSizeMiB: 192,
  ...(path ? { lastPlacement: { path } } : {}),
});
export const ext4 = filesystem.ref.digest;
export const placement = filesystem.placementPath;
export const disk_ = disk.path;
`;
const noise = (bytes: number, seed: string) =>
  Array.from({ length: Math.ceil(bytes / 64) }, (_, i) =>
    createHash("sha256").update(`${seed} ${i}`).digest("hex"),
  ).join("");
const files = {
  ...tinyFiles,
  Dockerfile: "FROM busybox\nCOPY boot/ /boot/\nCOPY middle/ /opt/\nCOPY site/ /srv/\n",
  "middle/one": "one",
  "site/large": noise(20_000_000, "large"),
};
const edited = { ...files, "middle/more": noise(1_000_000, "more") };
const given = { TEST_PLACEMENT: "placement.json" };

const projects: Project[] = [];
let home: Project;
let before: Run;
/** The project after the edit, with the placement of what was there before it. */
let kept: Project;
let after: Run;

async function open(...args: Parameters<typeof makeProject>): Promise<Project> {
  const project = await makeProject(...args);
  projects.push(project);
  return project;
}

beforeAll(async () => {
  home = await open(program, files);
  before = await home.up();
  await copyFile(String(before.outputs.placement), join(home.folder, "placement.json"));
  await home.write("middle/more", edited["middle/more"]);
  kept = await home.checkoutElsewhere({ env: given });
  after = await kept.up();
});
afterAll(async () => {
  for (const project of projects) await project.dispose();
});

const diskOf = ({ outputs }: Run) => String(outputs.disk_);

test("a change in a middle layer differs in no more than itself, with the last placement given", async () => {
  const anew = await (await open(program, edited)).up();
  const [without, chunks] = await Promise.all(
    [anew, after].map((run) => differingChunks(diskOf(before), diskOf(run))),
  );
  expect(chunks).toBeLessThanOrEqual(1_000_000 / 65_536 + 20);
  expect(without).toBeGreaterThan(20_000_000 / 65_536);
});

test("another machine with an empty store makes the same bytes of the same commit", async () => {
  const other = await open(program, edited, given, "prod");
  await copyFile(join(kept.folder, "placement.json"), join(other.folder, "placement.json"));
  const run = await other.up();
  expect(run.outputs.ext4).toBe(after.outputs.ext4);
  expect(diskOf(run)).not.toBe(diskOf(after));
  await execa("cmp", [diskOf(run), diskOf(after)]);
});

test("an up with nothing to do changes nothing", async () => {
  const { operations } = await kept.up();
  const changed = Object.entries(operations).filter(([, operation]) => operation !== "same");
  expect(changed).toEqual([]);
});

test("its own placement, given from then on, changes no byte and nothing behind the filesystem", async () => {
  await writeFile(join(kept.folder, "placement.json"), "");
  await execa("cp", [String(after.outputs.placement), join(kept.folder, "placement.json")]);
  const run = await kept.up();
  expect(run.operations["web-filesystem"]).toBe("update");
  expect(run.operations["web-disk"]).toBe("same");
  expect(run.outputs.ext4).toBe(after.outputs.ext4);
});

test("a file that is no placement is refused by its input and reason", async () => {
  const broken = await home.checkoutElsewhere({ env: given });
  await broken.write("placement.json", '{"placement":1,"names":[["etc",-1]]}');
  expect(await broken.failingUp()).toMatch(
    /lastPlacement\.path.*It is not a placement: line 2 is not a name with its place/s,
  );
});
