import { createInterface } from "node:readline";
import { ToolError } from "../errors.ts";
import { keysOf } from "../plan/boot-keys.ts";
import { missingTool } from "./failure.ts";
import type { RunningTool, ToolStep } from "./tool.ts";

/** The keyboard and the screen of a running machine. */
export interface Monitor {
  /** Presses keys one after the other; QEMU holds each for a tenth of a second. */
  press(keys: readonly string[]): Promise<void>;
  /** Writes what the screen shows as a PNG, at a path in the folder that QEMU may write to. */
  screenshot(file: string): Promise<void>;
  close(): Promise<void>;
}

/** Socket of QEMU's monitor, relative to QEMU's folder: the path of a socket has at most 107 bytes (unix(7)). */
export const monitorSocket = "monitor";

/** The monitor of a QEMU in `folder`, which is connected to when it is first used: once the machine has said something, it is there. */
export function monitorOf(running: RunningTool, folder: string): Monitor {
  const step: ToolStep = {
    tool: "socat",
    args: ["-", `UNIX-CONNECT:${monitorSocket}`],
    purpose: "to reach the machine's keyboard and screen",
    writes: folder,
    package: "socat",
  };
  let client: RunningTool | undefined;
  let opened: Promise<Omit<Monitor, "close">> | undefined;
  const open = () => {
    client ??= running.beside(step);
    opened ??= openMonitor(client, step);
    return opened;
  };
  return {
    press: async (keys) => (await open()).press(keys),
    screenshot: async (file) => (await open()).screenshot(file),
    // Without waiting for an answer: a machine that hangs gives none.
    close: async () => client?.stop(),
  };
}

/** Connects by QMP (docs/interop/qmp-spec). */
async function openMonitor(client: RunningTool, step: ToolStep): Promise<Omit<Monitor, "close">> {
  client.stderr.resume();
  client.stdin.on("error", () => {});
  const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();

  /** The answer to the last command; what happens to the machine in between is passed over. */
  async function answer(): Promise<void> {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) {
        if ((await client.ended).exitCode === 127) throw missingTool(step, "host");
        throw new ToolError("QEMU's monitor was closed");
      }
      // An engine that cannot begin a tool says why in its place (docker exec).
      if (!value.startsWith("{")) throw new ToolError(`QEMU's monitor is not reached: ${value}`);
      const said = JSON.parse(value) as { error?: { desc?: string } };
      if (said.error) throw new ToolError(`QEMU's monitor refused: ${said.error.desc}`);
      if ("return" in said || "QMP" in said) return;
    }
  }
  const execute = (command: string, more: object = {}) => {
    client.stdin.write(`${JSON.stringify({ execute: command, arguments: more })}\n`);
    return answer();
  };
  await answer();
  await execute("qmp_capabilities");
  return {
    async press(combinations) {
      for (const combination of combinations) {
        const keys = keysOf(combination).map((data) => ({ type: "qcode", data }));
        await execute("send-key", { keys });
      }
    },
    screenshot: (filename) => execute("screendump", { filename, format: "png" }),
  };
}
