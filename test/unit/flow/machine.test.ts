import { expect, test } from "vitest";
import { machineDeclarations } from "../../../provider/flow/machine.ts";

const made = (wishes: object) =>
  Object.fromEntries(
    machineDeclarations({ source: {}, ...wishes }).map(({ child, inputs }) => [child, inputs]),
  );

test("a Machine is checked and recorded only where that is wished for", () => {
  const children = (wishes: object) => Object.keys(made(wishes)).slice(7);
  expect(children({})).toEqual([]);
  expect(children({ readiness: {}, manifest: {} })).toEqual(["readiness", "manifest"]);
  expect(children({ bootTest: {}, readiness: {}, azure: {}, manifest: {} })).toEqual([
    ...["bootTest", "readiness", "vhd", "blob", "manifest"],
  ]);
});

test("what is looked at is what the machine starts with", () => {
  const wishes = { commandLine: "quiet", consoles: ["ttyS0"], readiness: { target: "azure" } };
  expect(made(wishes).readiness).toEqual({
    target: "azure",
    tree: { from: "rootfs", path: ["ref"] },
    initrd: { from: "initramfs", path: ["ref"] },
    kernelVersion: { from: "kernel", path: ["version"] },
    commandLine: "quiet",
    consoles: ["ttyS0"],
  });
});

test("a blob waits for the check, and the record names what is handed over", () => {
  const { blob, manifest } = made({ bootTest: {}, readiness: {}, azure: {}, manifest: {} });
  expect(blob).toMatchObject({ readiness: { from: "readiness", path: ["readiness"] } });
  expect(manifest).toMatchObject({ proof: { from: "bootTest", path: ["proof"] } });
  const names = (manifest!.artefacts as { name: string }[]).map(({ name }) => name);
  expect(names).toEqual(["kernel", "initramfs", "filesystem", "disk", "vhd"]);
});
