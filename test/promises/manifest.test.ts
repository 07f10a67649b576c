import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyFiles } from "./fixture.ts";
import { makeProject, type Project, type Run } from "./project.ts";

const program = `import { Initramfs, Manifest, Rootfs } from "bootwright";
const tree = new Rootfs("tree", { source: { dockerfile: { context: "image" } } });
const initrd = new Initramfs("initrd", { file: { path: "initrd" } });
const other = new Initramfs("other", { file: { path: "other" } });
const manifest = new Manifest("manifest", {
  tree: tree.ref,
  origin: tree.origin,
  artefacts: [{ name: "initrd", content: initrd.ref }],
  exportTo: "out/manifest.tar",
});
export const treeDigest = tree.ref.digest;
export const digest = manifest.ref.digest;
export const sums = manifest.sha256sumsPath;
`;
const dockerfile = "FROM busybox\nCOPY motd /etc/motd\n";

let project: Project;
let first: Run;

beforeAll(async () => {
  project = await makeProject(program, {
    ...{ "image/Dockerfile": dockerfile, "image/motd": "one", initrd: "i", other: "o" },
  });
  first = await project.up();
});
afterAll(() => project?.dispose());

const changed = ({ operations }: Run) =>
  Object.keys(operations)
    .filter((name) => operations[name] !== "same")
    .sort();

test("a Manifest is written to where the user wants it, and its documents are in the store", async () => {
  const bytes = await readFile(join(project.folder, "out", "manifest.tar"));
  const digest = createHash("sha256").update(bytes).digest("hex");
  expect(first.outputs.digest).toBe(`sha256:${digest}`);
  expect(await readFile(String(first.outputs.sums), "latin1")).toMatch(/ {2}etc\/motd\n/);
});

test("what it does not name leaves a Manifest as it is", async () => {
  await project.write("other", "another");
  expect(changed(await project.up())).toEqual(["other"]);
});

test("a comment in the Dockerfile changes the Manifest, and not the tree", async () => {
  await project.write("image/Dockerfile", `# Why.\n${dockerfile}`);
  const run = await project.up();
  expect(changed(run)).toEqual(["manifest", "tree"]);
  expect(run.outputs.treeDigest).toBe(first.outputs.treeDigest);
  expect(run.outputs.digest).not.toBe(first.outputs.digest);
  await project.write("image/Dockerfile", dockerfile);
  expect((await project.up()).outputs.digest).toBe(first.outputs.digest);
});

test("another checkout with an empty store has the same Manifest, byte for byte", async () => {
  const elsewhere = await project.checkoutElsewhere({ store: join(project.folder, "..", "other") });
  await elsewhere.write("image/motd", "two");
  expect((await elsewhere.up()).outputs.digest).not.toBe(first.outputs.digest);
  await elsewhere.write("image/motd", "one");
  expect((await elsewhere.up()).outputs.digest).toBe(first.outputs.digest);
});

test("a Machine has its own Manifest and its own check", async () => {
  const machine = await makeProject(
    `import { Machine } from "bootwright";
const web = new Machine("web", {
  source: { dockerfile: { context: "." } },
  diskSizeMiB: 192,
  readiness: { target: "generic" },
  manifest: { name: "web" },
});
export const target = web.readiness?.readiness.target;
export const provenance = web.manifest?.provenancePath;
`,
    tinyFiles,
  );
  const { outputs, operations } = await machine.up();
  expect(operations).toMatchObject({ "web-readiness": "create", "web-manifest": "create" });
  expect(outputs.target).toBe("generic");
  const { subject } = JSON.parse(await readFile(String(outputs.provenance), "utf8"));
  const names = subject.map(({ name }: { name: string }) => name);
  expect(names).toEqual(["tree", "kernel", "initramfs", "filesystem", "disk"]);
  await machine.dispose();
});
