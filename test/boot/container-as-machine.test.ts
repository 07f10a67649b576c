import { afterAll, beforeAll, expect, test } from "vitest";
import type { Project } from "../promises/project.ts";
import { exampleProject } from "./example.ts";

let project: Project;
beforeAll(async () => {
  project = await exampleProject("container-as-machine");
});
afterAll(() => project?.dispose());

test("pulumi up makes an image with its own CMD a machine that serves HTTP and asks for a login", async () => {
  const { operations, outputs } = await project.up();
  expect(operations["web-bootTest"]).toBe("create");
  expect(outputs.servedAfterSeconds).toBeGreaterThan(0);
});
