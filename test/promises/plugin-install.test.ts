import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packPlugin } from "../../bin/pack-plugin.ts";
import { tinyFiles } from "./fixture.ts";
import { makeFaceProject } from "./plugin-project.ts";
import { makeProject } from "./project.ts";
import { pulumi } from "./survives/pulumi.ts";

const program = `import { Rootfs } from "bootwright/plugin";
const web = new Rootfs("web", { source: { dockerfile: { context: "." } } });
export const tree = web.ref.digest;
`;
let folder = "";
let packed = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-packed-"));
  packed = join(folder, "plugin");
  await packPlugin(packed);
  await execa("tar", ["-C", packed, "-czf", join(folder, "plugin.tar.gz"), "."]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(["plugin", "plugin.tar.gz"])(
  "a plugin installed from %s into an empty home makes what the package's own makes, and Pulumi says nothing of it",
  async (file) => {
    const home = join(folder, `home of ${file}`);
    const own = await makeFaceProject("plugin", program, tinyFiles);
    const project = await makeProject(program, tinyFiles, { PULUMI_HOME: home });
    try {
      const install = ["plugin", "install", "resource", "bootwright", "0.1.0"];
      const { env } = project;
      await execa("pulumi", [...install, "--file", join(folder, file)], { env });
      const made = await project.up();
      expect(made.messages.join("")).not.toContain("warning");
      expect(made.outputs).toEqual((await own.up()).outputs);
    } finally {
      await project.dispose();
      await own.dispose();
    }
  },
);

test("a plugin on PATH is used, with a warning", async () => {
  const env = { PATH: `${packed}${delimiter}${process.env.PATH}` };
  const project = await makeProject(program, tinyFiles, env);
  try {
    const said = await pulumi(project, "preview");
    expect(said).toContain("using pulumi-resource-bootwright from $PATH");
  } finally {
    await project.dispose();
  }
});
