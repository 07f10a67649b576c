import { expect, test } from "vitest";
import { failedTool, missingTool, quoteCommand } from "../../../provider/host/failure.ts";

const step = {
  tool: "qemu-img",
  args: ["convert", "it's a disk.raw", "/tmp/out.qcow2"],
  purpose: "to convert the disk image",
  package: "qemu-utils",
};

test("a failed tool is told with a command to paste, the exit code and its last lines", () => {
  const error = failedTool(step, { exitCode: 1, lastLines: ["qemu-img: No space left on device"] });
  expect(error.message).toMatchInlineSnapshot(`
    "qemu-img failed with exit code 1: qemu-img convert 'it'\\''s a disk.raw' /tmp/out.qcow2
    (it was run to convert the disk image)
    qemu-img: No space left on device"
  `);
});

test("a failed tool of the host, which may be of any version, is told with the way out", () => {
  const error = failedTool(step, { exitCode: 1, lastLines: ["unknown option"] }, "host");
  expect(error.message).toMatch(
    /\nunknown option\n\(where this machine's qemu-img is the reason: apt-get install qemu-utils, or leave BOOTWRIGHT_RUNNER unset to use the toolbox's\)$/,
  );
});

test("a tool that was killed has no exit code to tell", () => {
  const { message } = failedTool(step, { exitCode: undefined, lastLines: [] });
  expect(message).toContain("qemu-img failed with a signal: qemu-img convert");
});

test("a missing tool is told with what it is for and the package that has it", () => {
  expect(missingTool(step, "host").message).toMatchInlineSnapshot(`
    "qemu-img is needed to convert the disk image but was not found on PATH
    (apt-get install qemu-utils)"
  `);
  expect(missingTool(step, "container").message).toMatchInlineSnapshot(`
    "qemu-img is needed to convert the disk image but was not found in the toolbox
    (add the package qemu-utils to the toolbox's Dockerfile)"
  `);
});

test.each([
  ["plain", "plain"],
  ["", "''"],
  ["a b", "'a b'"],
  ["$HOME;`id`", "'$HOME;`id`'"],
  ["it's", "'it'\\''s'"],
  ["--opt=/a/b:c,d", "--opt=/a/b:c,d"],
])("the word %j is quoted as %s", (word, quoted) => {
  expect(quoteCommand([word])).toBe(quoted);
});
