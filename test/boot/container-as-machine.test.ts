import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../promises/project.ts";

const example = join(import.meta.dirname, "../../examples/container-as-machine");

let project: Project;
beforeAll(async () => {
  project = await makeProject(await readFile(join(example, "index.ts"), "utf8"), {});
  for (const part of ["Dockerfile", ".dockerignore", "site"])
    await cp(join(example, part), join(project.folder, part), { recursive: true });
});
afterAll(() => project?.dispose());

test("pulumi up makes an image with its own CMD a machine that serves HTTP and asks for a login", async () => {
  const { operations, outputs } = await project.up();
  expect(operations["web-bootTest"]).toBe("create");
  expect(outputs.servedAfterSeconds).toBeGreaterThan(0);
});
