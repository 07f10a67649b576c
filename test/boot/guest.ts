import { setTimeout as delay } from "node:timers/promises";
import { qemuArguments } from "../../provider/host/qemu.ts";
import type { Runner } from "../../provider/host/tool.ts";

/** A booted machine with a root shell on its serial console. */
export interface Guest {
  /** Runs shell commands and returns what they print; fails with the end of the console if they do. */
  run(commands: string): Promise<string>;
  /** Ends QEMU in the middle of whatever the machine is doing. */
  cutPower(): Promise<void>;
  /** Shuts the machine down from inside, and waits until it is off. */
  powerOff(): Promise<void>;
}

const waitSeconds = 600;
const shownLines = 40;
const never = /(?!)/;
const esc = "\u001b";
const sequences = new RegExp(`${esc}(?:\\[[0-?]*[ -/]*[@-~]|[ -/]*[0-Z\\\\^-~])|\\r`, "g");

/** Boots a raw disk that may be written to, logs in as root, who has no password, and waits for the shell. */
export async function startGuest(runner: Runner, disk: string, folder: string): Promise<Guest> {
  const machine = { accelerator: "tcg", memoryMiB: 1024, cpus: 1, forwards: [] } as const;
  const running = await runner.start({
    tool: "qemu-system-x86_64",
    args: [
      ...qemuArguments(machine),
      ...["-drive", `file=${disk},format=raw,if=virtio`],
      // A second card, whose DHCP names a router and a name server: the first one's reaches nothing, so it names none.
      ...["-nic", "user,model=virtio-net-pci"],
    ],
    purpose: "to boot the machine",
    writes: folder,
    package: "qemu-system-x86",
  });
  let said = "";
  let read = 0;
  let heard = () => {};
  for (const stream of [running.stdout, running.stderr])
    stream.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("latin1")).replace(sequences, "");
      heard();
    });
  let off = false;
  void running.ended.then(() => {
    off = true;
    heard();
  });
  const failure = (what: string) =>
    new Error(
      `${what}. The console ended with:\n${said.split("\n").slice(-shownLines).join("\n")}`,
    );

  /** What the console says up to a text, from where the last one ended. */
  async function until(text: RegExp): Promise<{ before: string; match: RegExpExecArray }> {
    const late = new AbortController();
    const timeout = delay(waitSeconds * 1000, "late", { signal: late.signal }).catch(() => "");
    try {
      for (;;) {
        const rest = said.slice(read);
        const match = text.exec(rest);
        if (match) {
          read += match.index + match[0].length;
          return { before: rest.slice(0, match.index), match };
        }
        if (off) throw failure(`The machine ended before ${text}`);
        const more = new Promise<string>((resolve) => {
          heard = () => resolve("");
        });
        if ((await Promise.race([more, timeout])) === "late")
          throw failure(`No ${text} within ${waitSeconds} s`);
      }
    } finally {
      late.abort();
    }
  }

  let commands = 0;
  async function run(script: string): Promise<string> {
    const mark = ++commands;
    // The shell fills in the status, so an echo of what is typed is not taken for the answer.
    running.stdin.write(`(set -e; ${script}\n); echo "<$?|${mark}>"\n`);
    const { before, match } = await until(new RegExp(`<(\\d+)\\|${mark}>\n`));
    if (match[1] !== "0") throw failure(`Status ${match[1]} of: ${script}`);
    return before;
  }

  try {
    await until(/login: /);
    running.stdin.write("root\n");
    await until(/# /);
    // A shell without prompts and without an echo, on a console that the kernel leaves alone.
    running.stdin.write("exec env PS1= PS2= TERM=dumb sh\n");
    await run("stty -echo; dmesg --console-off");
  } catch (error) {
    await running.stop();
    throw error;
  }
  return {
    run,
    cutPower: () => running.stop(),
    async powerOff() {
      running.stdin.write("poweroff\n");
      await until(never).catch((error) => {
        if (!off) throw error;
      });
    },
  };
}
