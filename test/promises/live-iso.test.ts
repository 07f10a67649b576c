import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { containersDuring } from "./containers.ts";
import { tinyFiles } from "./fixture.ts";
import { makeProject, type Project, type Run } from "./project.ts";

const program = `import { Filesystem, Initramfs, IsoImage, Kernel, Rootfs } from "bootwright";
const rootfs = new Rootfs("rootfs", { source: { dockerfile: { context: "." } } });
const { kernels } = rootfs;
const root = new Filesystem("squashfs", {
  type: "squashfs", tree: rootfs.ref, squashfs: { exclude: ["/boot/*"] },
});
const medium = new IsoImage("iso", {
  layout: "live", seed: "demo", squashfs: root.ref,
  kernel: new Kernel("kernel", { kernels }).ref,
  initrd: new Initramfs("initramfs", { kernels }).ref,
  timeoutSeconds: Number(process.env.TEST_TIMEOUT ?? 5),
});
export const squashfs = root.ref.digest;
export const iso = medium.ref.digest;
export const path = medium.path;
`;
const files = {
  ...tinyFiles,
  Dockerfile: `${tinyFiles.Dockerfile}COPY status /var/lib/dpkg/\nRUN ln /srv/index.html /srv/z\n`,
  status: "Package: live-boot\nStatus: install ok installed\nVersion: 1\n",
};
const env: Record<string, string> = {};
let project: Project;
let first: Run;
beforeAll(async () => {
  project = await makeProject(program, files, env);
  first = await project.up();
});
afterAll(() => project?.dispose());

function changed(run: Run): string[] {
  return Object.entries(run.operations)
    .filter(([, operation]) => operation !== "same")
    .map(([name, operation]) => `${operation} ${name}`)
    .sort();
}

test("a live medium that has not changed is not made again, and no container starts", async () => {
  const { result, started } = await containersDuring(project.store, () => project.up());
  expect(changed(result)).toEqual([]);
  expect(started).toEqual([]);
});

test("another menu makes the ISO again, and neither squashfs nor image", async () => {
  env.TEST_TIMEOUT = "9";
  const elsewhere = await project.checkoutElsewhere({ env });
  const run = await elsewhere.up();
  expect(changed(run)).toEqual(["update iso"]);
  expect(run.outputs.squashfs).toBe(first.outputs.squashfs);
  expect(run.outputs.iso).not.toBe(first.outputs.iso);
});

test("a changed COPY file makes squashfs and ISO again, and no kernel or initramfs", async () => {
  await project.write("site/index.html", "two");
  expect(changed(await project.up())).toEqual(["update iso", "update rootfs", "update squashfs"]);
});

test("two stores and folders give the same squashfs and the same ISO, to the byte", async () => {
  const [one, two] = [await makeProject(program, files), await makeProject(program, files)];
  try {
    const [left, right] = [await one.up(), await two.up()];
    for (const { outputs } of [left, right])
      expect(outputs).toMatchObject({ squashfs: first.outputs.squashfs, iso: first.outputs.iso });
    const [a, b] = await Promise.all(
      [left, right].map(({ outputs }) => readFile(String(outputs.path))),
    );
    expect(a!.equals(b!)).toBe(true);
  } finally {
    await one.dispose();
    await two.dispose();
  }
});
