import { afterAll, beforeAll, expect, test } from "vitest";
import { startAzurite } from "../cloud/azurite.ts";
import { containersDuring } from "./containers.ts";
import { machineProgram, smallDockerfile } from "./fixture.ts";
import { makeProject, type Project, type Run } from "./project.ts";

let azurite: Awaited<ReturnType<typeof startAzurite>>;
let project: Project;
let first: Run;
const env: Record<string, string> = {};

beforeAll(async () => {
  azurite = await startAzurite();
  env.TEST_AZURE = azurite.connectionString;
  const files = { Dockerfile: smallDockerfile, "site/index.html": "one", "site/other.txt": "same" };
  project = await makeProject(machineProgram, files, env);
  first = await project.up();
});
afterAll(async () => {
  await project?.dispose();
  await azurite?.stop();
});

function changed(run: Run): string[] {
  return Object.entries(run.operations)
    .filter(([, operation]) => operation !== "same")
    .map(([name, operation]) => `${operation} ${name}`)
    .sort();
}

test("the first up makes every link of the chain", () => {
  expect(changed(first)).toEqual(
    [
      "",
      "-blob",
      "-bootTest",
      "-bootloader",
      "-disk",
      "-filesystem",
      "-initramfs",
      "-kernel",
      "-layout",
      "-rootfs",
      "-vhd",
    ]
      .map((child) => `create web${child}`)
      .sort(),
  );
});

test("the second up changes nothing and starts no container", async () => {
  const { result, started } = await containersDuring(project.store, () => project.up());
  expect(changed(result)).toEqual([]);
  expect(started).toEqual([]);
});

test("a comment in the Dockerfile rebuilds the Rootfs at most", async () => {
  await project.write("Dockerfile", `# a comment\n${smallDockerfile}`);
  const run = await project.up();
  expect(changed(run)).toEqual(["update web-rootfs"]);
  expect(run.outputs.disk).toBe(first.outputs.disk);
});

test("a touched file that .dockerignore leaves out rebuilds nothing", async () => {
  await project.write(".dockerignore", "notes\n");
  await project.up();
  await project.write("notes/todo.txt", "later");
  expect(changed(await project.up())).toEqual([]);
});

test("a changed COPY file is named, and rebuilds what follows from it, and no kernel, initramfs, layout or boot loader", async () => {
  await project.write("site/index.html", "two");
  const run = await project.up();
  expect(run.messages.join("\n")).toContain("the context differs in site/index.html");
  expect(changed(run)).toEqual(
    ["blob", "bootTest", "disk", "filesystem", "rootfs", "vhd"].map(
      (child) => `update web-${child}`,
    ),
  );
});

test("a changed command line rebuilds neither Rootfs nor kernel nor initramfs", async () => {
  env.TEST_COMMAND_LINE = "rw panic=0";
  const again = await project.checkoutElsewhere({ env });
  expect(changed(await again.up())).toEqual(
    ["blob", "bootTest", "bootloader", "disk", "filesystem", "vhd"].map(
      (child) => `update web-${child}`,
    ),
  );
});

test("the project checked out in another folder is no change", async () => {
  const elsewhere = await project.checkoutElsewhere({ env });
  expect(changed(await elsewhere.up())).toEqual([]);
});
