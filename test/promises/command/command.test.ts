import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootwright } from "../../tools/command/bootwright.ts";
import { diskProgram, tinyFiles } from "../fixture.ts";
import { makeProject, type Project, type Run } from "../project.ts";

let project: Project;
let first: Run;
let second: Run;
const run = (...args: string[]) =>
  bootwright(args, { store: project.store, cwd: project.folder, env: { ...project.env } });

/** A machine in two versions: a file that the Dockerfile copies was edited, and another came. */
beforeAll(async () => {
  project = await makeProject(diskProgram, tinyFiles);
  first = await project.up();
  await project.write("site/index.html", "two");
  await project.write("site/new.html", "new");
  second = await project.up();
});
afterAll(() => project?.dispose());

test("why names the inputs that differed, resource by resource, down to the files", async () => {
  const { stdout, exitCode } = await run("why", "web-disk");
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]).toBe("DiskImage test/web-disk was made again, because");
  expect(lines[1]).toMatch(
    /^ {2}filesystems\[0\]\.content\.digest differs: sha256:\w{12} → sha256:\w{12}$/,
  );
  expect(stdout).toContain("  Filesystem test/web-filesystem was made again, because\n");
  expect(stdout).toContain("    Rootfs test/web-rootfs was made again, because\n");
  expect(stdout).toMatch(/^ {6}observed\.context differs: /m);
  expect(stdout).toMatch(/^ {8}\/srv\/index\.html: content/m);
  expect(stdout).toMatch(/^ {8}\/srv\/new\.html: added$/m);

  const json = JSON.parse((await run("why", "test/web-rootfs", "--json")).stdout);
  expect(json.changes).toMatchObject([{ path: "observed.context", kind: "update" }]);
});

test("why says so of what was made once, and names the resources that there are", async () => {
  expect((await run("why", "web-layout")).stdout).toBe(
    "PartitionLayout test/web-layout was made for the first time, or in place of one that went\n",
  );
  const { stderr, exitCode } = await run("why", "web-disc");
  expect(stderr).toContain("web-disc: is no resource that the store knows (it knows ");
  expect(stderr).toContain("test/web-disk");
  expect(exitCode).toBe(2);
});

test("trace names the line of the Dockerfile, and inspect and diff see what came", async () => {
  const { stdout } = await run("trace", "/srv/index.html");
  expect(stdout).toMatch(/from Dockerfile:3, layer \d+: COPY site\//);
  expect((await run("trace", "/no/such/file")).exitCode).toBe(1);

  const look = JSON.parse((await run("inspect", String(second.outputs.path), "--json")).stdout);
  expect(look).toMatchObject({ kind: "disk", digest: second.outputs.diskDigest, table: "mbr" });
  expect(look.parts[0].filesystem).toMatchObject({ type: "ext4" });
  expect(look.parts[0].filesystem.boot[0].path).toBe("/boot/syslinux.cfg");

  for (const kind of ["tree", "ext4"] as const) {
    const [a, b] = [first.outputs[kind], second.outputs[kind]].map((d) => `${kind}:${d}`);
    const changed = await run("diff", a!, b!, "--json");
    expect(changed.exitCode).toBe(1);
    const paths = JSON.parse(changed.stdout).filesystems[0].files.map(
      (f: { path: string }) => f.path,
    );
    expect(paths).toEqual(expect.arrayContaining(["/srv/index.html", "/srv/new.html"]));
  }
});

test("store ls names the resources, store verify reads the disk against its parts, and gc leaves both alone", async () => {
  const disk = String(second.outputs.diskDigest).slice(7, 19);
  expect((await run("store", "ls")).stdout).toMatch(
    new RegExp(`^disk +${disk} .*test/web-disk`, "m"),
  );
  const verified = JSON.parse((await run("store", "verify", "--json")).stdout);
  // The disk before has no resource that says what it was made of.
  expect(verified).toMatchObject({ damaged: [], unread: [{ digest: first.outputs.diskDigest }] });
  await run("store", "gc", "--days", "0");
  expect((await readFile(join(String(second.outputs.path)))).length).toBeGreaterThan(0);
});
