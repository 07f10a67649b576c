import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-types-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(join(import.meta.dirname, "../.."), join(folder, "node_modules/bootwright"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const { Node10, NodeNext } = ts.ModuleResolutionKind;
// The first is what `pulumi new typescript` writes into tsconfig.json.
test.each([
  ["node", Node10, "bootwright", "index.d.ts"],
  ["node", Node10, "bootwright/plugin", "plugin.d.ts"],
  ["nodenext", NodeNext, "bootwright", "index.d.ts"],
  ["nodenext", NodeNext, "bootwright/plugin", "plugin.d.ts"],
])(
  "with moduleResolution %s (%i) a program finds the types of %s",
  (_name, moduleResolution, name, file) => {
    const options = { moduleResolution, preserveSymlinks: true };
    const found = ts.resolveModuleName(name, join(folder, "index.ts"), options, ts.sys);
    expect(found.resolvedModule?.resolvedFileName).toBe(
      join(folder, "node_modules/bootwright/dist/sdk/nodejs", file),
    );
  },
);
