import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tinyFiles } from "./fixture.ts";
import { makeFaceProject } from "./plugin-project.ts";
import { makeProject } from "./project.ts";

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
