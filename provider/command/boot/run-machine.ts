import { join } from "node:path";
import { demandSuccess } from "../../host/failure.ts";
import { type Machine, qemuArguments } from "../../host/qemu.ts";
import type { Runner } from "../../host/tool.ts";
import type { Session } from "../session.ts";
import { WayOut } from "./way-out.ts";

const screenSocket = "screen";
const keptLines = 20;

/** Runs a machine until it ends or is left, its serial console on this process's stdin and stdout. */
export async function runMachine(
  machine: Machine,
  options: { runner: Runner; folder: string; session: Session; graphic: boolean },
): Promise<void> {
  const { runner, folder, graphic } = options;
  const { terminal, signal } = options.session;
  const step = {
    tool: "qemu-system-x86_64",
    args: interactive(qemuArguments(machine), graphic),
    purpose: "to start the machine",
    writes: folder,
    package: "qemu-system-x86",
  };
  if (graphic) terminal.note(`The screen: vncviewer ${join(folder, screenSocket)}`);
  terminal.note("Ctrl-A x ends the machine; what it writes is thrown away");
  const running = await runner.start(step, { signal });
  const { stdin, stdout } = process;
  const said: string[] = [];
  running.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.push(...text.split("\n").filter(Boolean));
    said.splice(0, said.length - keptLines);
  });
  running.stdout.on("data", (chunk: Buffer) => stdout.write(chunk));
  const wayOut = new WayOut();
  let left = false;
  const leave = () => {
    left = true;
    void running.stop();
  };
  const pass = (chunk: Buffer) => {
    const { bytes, leaves } = wayOut.push(chunk);
    if (bytes.length > 0) running.stdin.write(bytes);
    if (leaves) leave();
  };
  // A console that nobody reads any more is left.
  stdout.once("error", leave);
  running.stdin.on("error", () => {});
  // Only the serial console's own line discipline is to act on what is typed.
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on("data", pass);
  try {
    const { exitCode } = await running.ended;
    signal.throwIfAborted();
    if (!left) demandSuccess(step, { exitCode, lastLines: said }, runner.kind);
  } finally {
    stdin.off("data", pass).pause();
    stdout.off("error", leave);
    if (stdin.isTTY) stdin.setRawMode(false);
    await running.stop();
    if (stdout.isTTY) stdout.write("\r\n");
  }
}

/** A test ends with a reboot and looks at no screen; a person may want both. */
export function interactive(args: readonly string[], graphic: boolean): string[] {
  const kept = args.filter((arg) => arg !== "-no-reboot");
  if (!graphic) return kept;
  const display = kept.indexOf("-display");
  const screen = `vnc=unix:${screenSocket}`;
  return [...kept.slice(0, display + 1), screen, ...kept.slice(display + 2), ...pointer];
}

/** A tablet, because a mouse is never where the viewer's pointer is. */
const pointer = ["-device", "qemu-xhci,id=pointer", "-device", "usb-tablet,bus=pointer.0"];
