import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openToolbox, toolboxTag } from "../../../provider/host/toolbox.ts";
import { identityOfLines, isWhole } from "../../../provider/host/toolbox-identity.ts";

const lines = ["mtools\t4.0.48-1", "qemu-utils\t1:10.0", "socat\t1.8"];

test("the toolbox's tag is a function of its Dockerfile", () => {
  expect(toolboxTag("FROM debian")).toBe("bootwright-toolbox:91b76e1aa0d7");
  expect(toolboxTag("FROM debian\n")).not.toBe(toolboxTag("FROM debian"));
});

test("the identity of tools depends on the named packages only, in any order", () => {
  const before = identityOfLines(lines, ["qemu-utils", "mtools"], "toolbox");
  const other = [...lines.slice(0, 2), "socat\t1.9"];
  expect(identityOfLines(other, ["mtools", "qemu-utils", "mtools"], "toolbox")).toBe(before);
  const newer = ["mtools\t4.0.49-1", ...lines.slice(1)];
  expect(identityOfLines(newer, ["qemu-utils", "mtools"], "toolbox")).not.toBe(before);
});

test("a package that the toolbox lacks is named", () => {
  expect(() => identityOfLines(lines, ["grub"], "bootwright-toolbox:1")).toThrow(
    "The package grub is not in the toolbox bootwright-toolbox:1",
  );
});

test("a package is found under the name that dpkg gives it beside its architecture", () => {
  const plain = identityOfLines(["zlib1g 1.3"], ["zlib1g"], "toolbox");
  expect(identityOfLines(["zlib1g:amd64 1.3"], ["zlib1g"], "toolbox")).toBe(plain);
});

test.each([
  ["", false],
  ["apt\t3.0.3\n", false],
  ["apt\t3.0.3\nzlib1g:amd64\t1:1.3", false],
  ["apt\t3.0.3\nzlib1g:amd64\t1:1.3\n", true],
  ["apt\t3.0.3\nzlib1g:amd64\t1:1.3\nzst", false],
  ["apt\t3.0.3\nzlib1g:amd64\t1:1.3\nzstd\t1.5\n", true],
])("a list of packages that was cut off on its way (%j) is none", (list, whole) => {
  expect(isWhole(list)).toBe(whole);
});

test("a toolbox that was built, but that the engine does not have, is told as that", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  const client = join(folder, "docker");
  await writeFile(client, '#!/bin/sh\ntest "$1" = build && cat > /dev/null\n', { mode: 0o755 });
  vi.stubEnv("BOOTWRIGHT_DOCKER", client);
  await expect(openToolbox()).rejects.toThrow(
    /^The toolbox bootwright-toolbox:\w+ was built, but the engine does not have it\n\(the builder/,
  );
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});
