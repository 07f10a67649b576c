import { expect, test } from "vitest";
import { interactive } from "../../../provider/command/boot/run-machine.ts";
import { WayOut } from "../../../provider/command/boot/way-out.ts";
import { qemuArguments } from "../../../provider/host/qemu.ts";

test.each([
  ["what is typed reaches the machine", ["ls\r"], "ls\r", false],
  ["Ctrl-C too", ["\x03"], "\x03", false],
  ["Ctrl-A x ends it, and what follows is not sent", ["a\x01xb"], "a", true],
  ["also in two pieces", ["a\x01", "x"], "a", true],
  ["Ctrl-A Ctrl-A is one Ctrl-A", ["\x01\x01x"], "\x01x", false],
  ["Ctrl-A before anything else is itself", ["\x01d"], "\x01d", false],
])("%s", (_, typed, sent, leaves) => {
  const wayOut = new WayOut();
  const pushed = typed.map((text) => wayOut.push(Buffer.from(text, "latin1")));
  expect(Buffer.concat(pushed.map(({ bytes }) => bytes)).toString("latin1")).toBe(sent);
  expect(pushed.at(-1)?.leaves).toBe(leaves);
});

test("an interactive machine may reboot, and shows its screen only when asked", () => {
  const machine = { accelerator: "tcg", memoryMiB: 64, cpus: 1, forwards: [] } as const;
  const plain = interactive(qemuArguments(machine), false);
  expect(plain).not.toContain("-no-reboot");
  expect(plain[plain.indexOf("-display") + 1]).toBe("none");
  const graphic = interactive(qemuArguments(machine), true);
  expect(graphic[graphic.indexOf("-display") + 1]).toBe("vnc=unix:screen");
});
