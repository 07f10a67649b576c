import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diskProgram, tinyFiles } from "./fixture.ts";
import { makeFaceProject } from "./plugin-project.ts";
import { makeProject, type Run } from "./project.ts";
import { errorsOf } from "./survives/diagnostics.ts";

const executable = join(import.meta.dirname, "../../bin/pulumi-resource-bootwright");

/** Beside the program: Pulumi's YAML keeps the schema of a plugin one folder above it, and believes it next time. */
const yaml = `name: fixture
runtime: yaml
plugins: { providers: [{ name: bootwright, path: plugin/bin }] }
resources:
  web:
    type: bootwright:Rootfs
    properties: { source: { dockerfile: { context: . } } }
  layout:
    type: bootwright:PartitionLayout
    properties: { seed: same, diskSizeMiB: 192, partitions: [{ name: root, sizing: "\${web.sizing}" }] }
  root:
    type: bootwright:Filesystem
    properties: { tree: "\${web.ref}", partition: "\${layout.layout.partitions[0]}" }
  disk:
    type: bootwright:DiskImage
    properties:
      layout: \${layout.layout}
      filesystems: [{ partition: root, content: "\${root.ref}" }]
outputs:
  tree: \${web.ref.digest}
  disk: \${disk.ref.digest}
`;

const program = `import { DiskImage, Filesystem, PartitionLayout, Rootfs } from "./face.ts";
const web = new Rootfs("web", { source: { dockerfile: { context: "." } } });
const { layout } = new PartitionLayout("layout", {
  seed: "same", diskSizeMiB: 192, partitions: [{ name: "root", sizing: web.sizing }],
});
const root = new Filesystem("root", { tree: web.ref, partition: layout.partitions[0] });
const filesystems = [{ partition: "root", content: root.ref }];
const image = new DiskImage("disk", { layout, filesystems });
export const tree = web.ref.digest;
export const disk = image.ref.digest;
`;

test("a stack in YAML makes what the same stack in TypeScript makes, with a seed and an enum from another resource", async () => {
  const files = { ...tinyFiles, "plugin/bin/readme": "" };
  const written = await makeProject("", { ...files, "Pulumi.yaml": yaml });
  const typed = await makeFaceProject("dynamic", program, files);
  try {
    await symlink(executable, join(written.folder, "plugin/bin/pulumi-resource-bootwright"));
    const made = await written.up();
    expect(Object.values(made.operations)).toEqual(Array(4).fill("create"));
    expect(made.outputs).toEqual((await typed.up()).outputs);
    await written.write("site/index.html", "two");
    const { operations } = await written.preview();
    expect(operations).toEqual({ web: "update", layout: "same", root: "update", disk: "update" });
  } finally {
    await written.dispose();
    await typed.dispose();
  }
});

/** The machine of `diskProgram`, as a component of the plugin. */
const machine = `name: fixture
runtime: yaml
plugins: { providers: [{ name: bootwright, path: plugin/bin }] }
resources:
  web:
    type: bootwright:Machine
    properties: { source: { dockerfile: { context: . } }, commandLine: rw, diskSizeMiB: 192 }
outputs:
  tree: \${web.rootfs.ref.digest}
  ext4: \${web.filesystem.ref.digest}
  diskDigest: \${web.disk.ref.digest}
  path:
    fn::invoke:
      function: bootwright:pathInStore
      arguments: { ref: "\${web.disk.ref}" }
      return: path
`;

test("a machine in YAML has the digests of one in TypeScript, and moves from there without a change", async () => {
  const ignored = { ".dockerignore": "Pulumi.yaml\nplugin\n", "plugin/bin/readme": "" };
  const typed = await makeProject(diskProgram, { ...tinyFiles, ...ignored });
  try {
    const { outputs } = await typed.up();
    await typed.write("Pulumi.yaml", machine);
    await symlink(executable, join(typed.folder, "plugin/bin/pulumi-resource-bootwright"));
    const moved = await typed.up();
    expect([...new Set(Object.values(moved.operations))]).toEqual(["same"]);
    expect(moved.outputs).toEqual(outputs);
    await typed.write("site/index.html", "two");
    const follows = ["web-disk", "web-filesystem", "web-rootfs"];
    for (const run of [await typed.preview(), await typed.up()])
      expect(namesOf(run, "update")).toEqual(follows);
    await typed.destroy();
  } finally {
    await typed.dispose();
  }
});

test("a machine in YAML is told of a mistake as one in TypeScript is, and once", async () => {
  const wrong = machine.replace("diskSizeMiB: 192", "diskSizeMiB: -1");
  const written = await makeProject("", {
    ...tinyFiles,
    "plugin/bin/readme": "",
    "Pulumi.yaml": wrong,
  });
  try {
    await symlink(executable, join(written.folder, "plugin/bin/pulumi-resource-bootwright"));
    const said = errorsOf(await written.failingPreview());
    expect(Object.keys(said)).toEqual(["web-layout"]);
    expect(said["web-layout"]).toContain(
      "property diskSizeMiB value {-1} has a problem: Too small: expected number to be >=2",
    );
  } finally {
    await written.dispose();
  }
});

test("a machine in YAML whose image does not build says that not all of it was made, with --continue-on-error too", async () => {
  const fails = { Dockerfile: "FROM busybox\nRUN false\n", "plugin/bin/readme": "" };
  const written = await makeProject("", { ...fails, "Pulumi.yaml": machine });
  try {
    await symlink(executable, join(written.folder, "plugin/bin/pulumi-resource-bootwright"));
    for (const continueOnError of [false, true]) {
      const said = errorsOf(await written.failingUp({ continueOnError }));
      expect(Object.keys(said).sort()).toEqual(["fixture-test", "web-rootfs"]);
      expect(said["web-rootfs"]).toContain("The image does not build");
      expect(said["fixture-test"]).toContain("Not all of it was made");
    }
  } finally {
    await written.dispose();
  }
});

function namesOf({ operations }: Run, operation: string): string[] {
  const named = Object.entries(operations).filter(([, done]) => done === operation);
  return named.map(([name]) => name).sort();
}
