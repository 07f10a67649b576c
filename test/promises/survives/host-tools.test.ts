import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { errorsOf } from "./diagnostics.ts";
import { survivor } from "./fixture.ts";
import { stillRunning, storeProblems } from "./remains.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-host-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A PATH with everything that this machine has, but for one tool that is missing or another. */
async function pathWith(tool: string, script?: string): Promise<string> {
  const bin = await mkdtemp(join(folder, "bin-"));
  for (const place of [dirname(process.execPath), ...(process.env.PATH ?? "").split(delimiter)])
    for (const name of await readdir(place).catch(() => []))
      if (name !== tool) await symlink(join(place, name), join(bin, name)).catch(() => {});
  if (script !== undefined) {
    await writeFile(join(bin, tool), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, tool), 0o755);
  }
  return bin;
}

const old = (tool: string) => `echo "${tool}: unrecognized option '--new'" >&2; exit 1`;
const fix = (tool: string, of: string) =>
  `(where this machine's ${tool} is the reason: apt-get install ${of}, or leave BOOTWRIGHT_RUNNER unset to use the toolbox's)`;

test.each([
  [
    "no syslinux",
    ...["syslinux", undefined, "web-bootloader"],
    /^error: syslinux is needed to take SYSLINUX's boot loader but was not found on PATH\n\(apt-get install syslinux\)$/,
  ],
  [
    "no qemu-img",
    ...["qemu-img", undefined, "qcow2"],
    /^error: qemu-img is needed to convert the disk image to qcow2 but was not found on PATH\n\(apt-get install qemu-utils\)$/,
  ],
  [
    "no QEMU",
    ...["qemu-system-x86_64", undefined, "web-bootTest"],
    /^error: qemu-system-x86_64 is needed to boot the machine but was not found on PATH\n\(apt-get install qemu-system-x86\)$/,
  ],
  [
    "a qemu-img of another version",
    ...["qemu-img", old("qemu-img"), "qcow2"],
    /^error: qemu-img failed with exit code 1: qemu-img convert .*\n\(it was run to convert the disk image to qcow2\)\nqemu-img: unrecognized option '--new'\n/,
  ],
  [
    "a QEMU of another version",
    ...["qemu-system-x86_64", old("qemu-system-x86_64"), "web-bootTest"],
    /^error: qemu-system-x86_64 failed with exit code 1: .*\n\(it was run to boot the machine\)\nqemu-system-x86_64: unrecognized option '--new'\n/,
  ],
  [
    "a syslinux that says and does nothing",
    ...["syslinux", "exit 0", "web-bootloader"],
    /^error: ldlinux.sys has no patch area: this is no SYSLINUX 4 or later$/,
  ],
] as [string, string, string | undefined, string, RegExp][])(
  "a host with %s is told so in one message with the fix, and nothing is half-done",
  async (_, tool, script, resource, message) => {
    const env = { BOOTWRIGHT_RUNNER: "host", PATH: await pathWith(tool, script) };
    const project = await survivor(env, { boots: resource === "web-bootTest" });
    const seen = errorsOf(await project.failingUp())[resource] ?? "";
    const error = seen.slice(seen.indexOf("error: "));
    expect(error).toMatch(message);
    if (script === old(tool))
      expect(error).toContain(fix(tool, tool === "qemu-img" ? "qemu-utils" : "qemu-system-x86"));
    expect(await storeProblems(project.store)).toEqual([]);
    expect(await stillRunning(project.store)).toEqual([]);
    await project.dispose();
  },
);

test("with the tools back the next up succeeds", async () => {
  const bin = await pathWith("qemu-img", old("qemu-img"));
  const project = await survivor({ BOOTWRIGHT_RUNNER: "host", PATH: bin });
  await project.failingUp();
  await rm(join(bin, "qemu-img"));
  await symlink((await execa`which qemu-img`).stdout, join(bin, "qemu-img"));
  expect((await project.up()).operations.qcow2).toBe("create");
  await project.dispose();
});
