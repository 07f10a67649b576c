import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testContext } from "../context.ts";
import type { Project, Run } from "../promises/project.ts";
import { exampleProject, type Made, madeBy } from "./example.ts";
import { tinyKernel } from "./tiny-kernel.ts";

let project: Project;
let run: Run;
let made: Made;
beforeAll(async () => {
  project = await exampleProject("uki");
  const ctx = await testContext({ storeRoot: project.store });
  await tinyKernel(ctx, "tiny-virtio").finally(() => ctx.dispose());
  run = await project.up();
  made = await madeBy(project);
});
afterAll(() => project?.dispose());

test("pulumi up starts a read-only squashfs by systemd-boot and a UKI, from its menu to its prompt", async () => {
  expect(run.operations.boots).toBe("create");
  const met = made.boots?.met as { expectation: string }[];
  expect(met.map(({ expectation }) => expectation)).toEqual([
    expect.stringContaining("A root that stays as it is"),
    expect.stringContaining("Started with: ro root=PARTUUID="),
    expect.stringContaining(" / squashfs ro,"),
    expect.stringContaining("Read-only file system"),
    expect.stringContaining("Nothing writes to its root."),
    expect.stringContaining("/ # "),
  ]);
  const log = await readFile(join(project.store, String(made.boots?.logPath)), "latin1");
  expect(log).toMatch(/^\/dev\/root \/ squashfs ro,\S+ 0 0\r?$/m);
  console.log(
    `a squashfs of ${run.outputs.rootBytes} bytes, at its prompt after ${run.outputs.bootedInSeconds} s`,
  );
});

test("on the ESP are systemd-boot, its configuration and one UKI for each entry", async () => {
  const { stdout } = await execa("mdir", ["-b", "-/", "-i", `${run.outputs.path}@@1M`, "::/"]);
  const files = stdout.split("\n").filter((line) => line !== "" && !line.endsWith("/"));
  expect(files.sort()).toEqual(
    ["BOOT/BOOTX64.EFI", "Linux/entry-0.efi", "Linux/entry-1.efi"]
      .map((name) => `::/EFI/${name}`)
      .concat("::/loader/loader.conf"),
  );
});
