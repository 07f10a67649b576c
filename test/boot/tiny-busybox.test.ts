import { stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testContext } from "../context.ts";
import type { Project, Run } from "../promises/project.ts";
import { bootTook, exampleProject, madeBy } from "./example.ts";
import { tinyKernel } from "./tiny-kernel.ts";

const MiB = 1024 * 1024;
const names = ["disk", "plain", "small"] as const;
type Disk = { readonly path: string; readonly bootedInSeconds: number };

let project: Project;
let first: Run;
let disks: Record<(typeof names)[number], Disk>;
beforeAll(async () => {
  project = await exampleProject("tiny-busybox");
  // As where the store is kept: compiling is shown by test/boot/tiny-kernel.test.ts.
  const ctx = await testContext({ storeRoot: project.store });
  await tinyKernel(ctx).finally(() => ctx.dispose());
  first = await project.up();
  disks = first.outputs as typeof disks;
});
afterAll(() => project?.dispose());

function changed({ operations }: Run): string[] {
  return Object.keys(operations).filter((name) => operations[name] !== "same");
}

test("pulumi up boots a busybox with a kernel from source: directly, and from each of its disks", async () => {
  const { kernelBytes, initramfsBytes, unpackedBytes, bootedInSeconds } = first.outputs;
  const seconds = [bootedInSeconds, ...names.map((name) => disks[name].bootedInSeconds)];
  console.log(
    `kernel ${kernelBytes} bytes, initramfs ${initramfsBytes} (${unpackedBytes} in memory)`,
    `at its shell after ${seconds.join(", ")} s: directly, ${names.join(", ")}`,
  );
  for (const name of names) {
    const { size, blocks } = await stat(disks[name].path);
    console.log(`${name} ${size} bytes, of which ${blocks * 512} take room`);
  }
  const made = await madeBy(project);
  for (const boots of ["directly", ...names]) {
    expect(first.operations[`boots-${boots}`]).toBe("create");
    console.log(boots, await bootTook({ root: project.store }, made[`boots-${boots}`]));
  }
  for (const figure of seconds) expect(figure).toBeGreaterThan(0);
  expect(kernelBytes).toBeLessThan(2_000_000);
  expect(initramfsBytes).toBeLessThan(1_100_000);
});

test.each([
  ["disk", 100, { type: "6", size: 99 * 2048 }],
  ["plain", 100, { type: "6", size: 99 * 2048 }],
  ["small", 4, { type: "1", size: 3 * 2048 }],
] as const)(
  "%s has %i MiB with one bootable FAT at sector 2048 that no tool has anything to say of",
  async (name, sizeMiB, partition) => {
    const { path } = disks[name];
    expect((await stat(path)).size).toBe(sizeMiB * MiB);
    const { stdout } = await execa("sfdisk", ["--json", path]);
    const { label, partitions } = JSON.parse(stdout).partitiontable;
    expect(label).toBe("dos");
    expect(partitions).toMatchObject([{ start: 2048, bootable: true, ...partition }]);
    const verified = await execa("sfdisk", ["--verify", path], { all: true });
    expect(verified.all).toContain("No errors detected.");
    const cut = join(project.folder, `${name}.fat`);
    await execa("dd", [`if=${path}`, `of=${cut}`, "bs=1M", "skip=1", "conv=sparse"]);
    const checked = await execa("fsck.fat", ["-n", cut], { all: true });
    expect(checked.all).toMatch(/^fsck\.fat [^\n]*\n[^\n]*: \d+ files, \d+\/\d+ clusters$/);
  },
);

test("only the disk with a menu has one", async () => {
  const config = async (name: (typeof names)[number]) =>
    (await execa("mtype", ["-i", `${disks[name].path}@@1M`, "::/syslinux.cfg"])).stdout;
  expect(await config("disk")).toContain("MENU TITLE A tiny Linux");
  for (const name of ["plain", "small"] as const) {
    expect(await config(name)).not.toContain("MENU");
    const { stdout } = await execa("mdir", ["-b", "-i", `${disks[name].path}@@1M`, "::/"]);
    expect(stdout).not.toMatch(/menu/i);
  }
});

test("the second pulumi up changes nothing", async () => {
  expect(changed(await project.up())).toEqual([]);
});

test("a changed file rebuilds the initramfs and the disks, and tests them again: not the kernel or a layout", async () => {
  await project.write("IAMROOT", "changed\n");
  const again = changed(await project.up());
  expect(again.sort()).toEqual(
    [
      ...["busybox", "initramfs", "boots-directly"],
      ...names.flatMap((name) => [`${name}-loader`, `${name}-filesystem`, name, `boots-${name}`]),
    ].sort(),
  );
});
