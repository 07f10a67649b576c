import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";

const repository = join(import.meta.dirname, "..", "..");

test("Pulumi's own reader of schemas accepts schema.json without a warning", async () => {
  const { stdout, stderr } = await execa("pulumi", ["schema", "check", "schema.json"], {
    cwd: repository,
  });
  expect(`${stdout}${stderr}`).toBe("");
});

test("the plugin that Pulumi starts serves schema.json", async () => {
  const plugin = join(repository, "bin", "pulumi-resource-bootwright");
  const { stdout } = await execa("pulumi", ["package", "get-schema", plugin]);
  const { resources, types, config } = JSON.parse(stdout) as Record<string, object>;
  const committed = JSON.parse(await readFile(join(repository, "schema.json"), "utf8"));
  expect(Object.keys(resources ?? {}).sort()).toEqual(Object.keys(committed.resources).sort());
  expect(Object.keys(types ?? {}).sort()).toEqual(Object.keys(committed.types).sort());
  expect(config).toEqual(committed.config);
});
