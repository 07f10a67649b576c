import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { diskProgram, tinyFiles } from "./fixture.ts";
import { makeFaceProject } from "./plugin-project.ts";
import type { Project, Run } from "./project.ts";

/** The face is one line of the program; its file is no part of the image. */
const program = diskProgram.replace('"bootwright"', '"./face.ts"');
const use = {
  dynamic: 'export * from "bootwright";\n',
  plugin: 'export * from "bootwright/plugin";\n',
};
const faces = ["dynamic", "plugin"] as const;
type Face = (typeof faces)[number];
const ignored = { ".dockerignore": "*.ts\nnode_modules\nPulumi*\npackage.json\n" };
const projects = {} as Record<Face, Project>;
const first = {} as Record<Face, Run>;

beforeAll(async () => {
  for (const face of faces) {
    projects[face] = await makeFaceProject("plugin", program, { ...tinyFiles, ...ignored });
    await projects[face].write("face.ts", use[face]);
    first[face] = await projects[face].up();
  }
});
afterAll(async () => {
  for (const face of faces) await projects[face]?.dispose();
});

function changes({ operations }: Run): string[] {
  return Object.entries(operations)
    .filter(([, operation]) => operation !== "same")
    .map(([name, operation]) => `${operation} ${name}`)
    .sort();
}

test("a machine of either face has the same digests", () => {
  const { path: _, ...digests } = first.dynamic.outputs;
  expect(first.plugin.outputs).toMatchObject(digests);
});

test.each(faces)(
  "a stack of the %s face moves to the other without a change, lives on there, and comes back",
  async (from) => {
    const project = projects[from];
    const to = from === "dynamic" ? "plugin" : "dynamic";
    await project.write("face.ts", use[to]);
    const made = await readdir(join(project.store, "objects"), { recursive: true });
    expect(changes(await project.preview())).toEqual([]);
    const moved = await project.up();
    expect(changes(moved)).toEqual([]);
    expect(moved.outputs).toEqual(first[from].outputs);
    expect(await readdir(join(project.store, "objects"), { recursive: true })).toEqual(made);
    expect(changes(await project.refresh())).toEqual([]);

    await project.write("site/index.html", `changed under the ${to} face`);
    const follows = ["update web-disk", "update web-filesystem", "update web-rootfs"];
    expect(changes(await project.up())).toEqual(follows);
    await project.write("face.ts", use[from]);
    expect(changes(await project.up())).toEqual([]);
  },
);

test.each(faces)(
  "what was moved from the %s face and back is destroyed by either, and nothing keeps its artefacts",
  async (from) => {
    const project = projects[from];
    await project.write("face.ts", use[from === "dynamic" ? "plugin" : "dynamic"]);
    expect(changes(await project.up())).toEqual([]);
    await project.destroy();
    const roots = await readdir(join(project.store, "roots"), { recursive: true });
    expect(roots.filter((name) => name.endsWith(".json"))).toEqual([]);
  },
);
