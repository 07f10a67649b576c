import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { type Machine, qemuArguments } from "../../provider/host/qemu.ts";
import type { Runner } from "../../provider/host/tool.ts";

/** A machine, seen through its serial console. */
export interface Console {
  /** What the console says up to a text, from where the last wait ended; fails with its end when the text does not come (by default in 300 s). */
  until(text: string | RegExp, seconds?: number): Promise<string>;
  type(line: string): void;
  /** Presses the power button. */
  pressPower(): Promise<void>;
  /** Presses keys of the keyboard one after another, by QEMU's names (QKeyCode): `r`, `ret`. */
  pressKeys(keys: readonly string[]): Promise<void>;
  /** Waits until QEMU has ended by itself; resolves to its exit code. */
  ended(): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** Files of a machine that is booted without a boot loader. */
export interface DirectBoot {
  readonly kernel: string;
  readonly initrd: string;
  /** A folder of the store that QEMU may write to. */
  readonly folder: string;
}

const waitSeconds = 300;

/** Boots a kernel and an initramfs with 256 MiB of memory and a network card. */
export function bootDirectly(
  runner: Runner,
  { kernel, initrd, folder }: DirectBoot,
): Promise<Console> {
  const commandLine = "console=ttyS0 quiet";
  const machine = {
    ...({ accelerator: "tcg", memoryMiB: 256, cpus: 1, forwards: [] } as const),
    kernel: { path: kernel, initrd, commandLine },
  };
  return bootMachine(runner, machine, folder);
}

/** Boots a machine, with more arguments for QEMU where it has disks that it may write to; they lie in `folder`. */
export async function bootMachine(
  runner: Runner,
  machine: Machine,
  folder: string,
  more: readonly string[] = [],
): Promise<Console> {
  const monitor = join(folder, "monitor");
  const running = await runner.start({
    tool: "qemu-system-x86_64",
    args: [
      ...qemuArguments(machine),
      ...more,
      ...["-chardev", `socket,id=monitor,path=${monitor},server=on,wait=off`],
      ...["-mon", "chardev=monitor,mode=control"],
    ],
    purpose: "to boot the machine",
    writes: folder,
    package: "qemu-system-x86",
  });
  let said = "";
  let read = 0;
  let off = false;
  let heard = () => {};
  for (const stream of [running.stdout, running.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString("latin1").replaceAll("\r", "");
      heard();
    });
  void running.ended.then(() => {
    off = true;
    heard();
  });
  const failure = (what: string) =>
    new Error(`${what}. The console ended with:\n${said.split("\n").slice(-40).join("\n")}`);

  async function wait(met: () => boolean, what: string, seconds = waitSeconds): Promise<void> {
    const late = new AbortController();
    const timeout = delay(seconds * 1000, true, { signal: late.signal }).catch(() => false);
    try {
      while (!met()) {
        if (off) throw failure(`The machine ended before ${what}`);
        const more = new Promise<false>((resolve) => {
          heard = () => resolve(false);
        });
        if (await Promise.race([more, timeout])) throw failure(`No ${what} in ${seconds} s`);
      }
    } finally {
      late.abort();
    }
  }

  return {
    async until(text, seconds) {
      const find = () => {
        const rest = said.slice(read);
        const at = typeof text === "string" ? rest.indexOf(text) : rest.search(text);
        const length = typeof text === "string" ? text.length : (text.exec(rest)?.[0].length ?? 0);
        return at < 0 ? undefined : { at, end: at + length };
      };
      await wait(() => find() !== undefined, String(text), seconds);
      const { at, end } = find()!;
      const before = said.slice(read, read + at);
      read += end;
      return before;
    },
    type: (line) => void running.stdin.write(`${line}\n`),
    pressPower: () => tellMonitor(monitor, [{ execute: "system_powerdown" }]),
    pressKeys: (keys) =>
      tellMonitor(
        monitor,
        keys.map((data) => ({
          execute: "send-key",
          arguments: { keys: [{ type: "qcode", data }] },
        })),
      ),
    async ended() {
      await wait(() => off, "end").catch((error) => {
        if (!off) throw error;
      });
      return (await running.ended).exitCode;
    },
    stop: () => running.stop(),
  };
}

/** Gives QEMU's monitor commands, one after the answer to another (QMP: a greeting, then an answer to each; events between them are none). */
async function tellMonitor(monitor: string, commands: readonly object[]): Promise<void> {
  const socket = connect(monitor);
  const rest = [{ execute: "qmp_capabilities" }, ...commands];
  for await (const line of createInterface(socket)) {
    if ("event" in JSON.parse(line)) continue;
    const next = rest.shift();
    if (!next) break;
    socket.write(JSON.stringify(next));
  }
  socket.destroy();
}
