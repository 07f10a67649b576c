import * as z from "zod";
import type { InputProblem } from "../errors.ts";

const lineOfText = z
  .string()
  .max(400)
  .regex(/^[ -~\u00a0-\uffff]*$/, "must be one line without control characters");

/** What the first process of a machine does that runs from its initramfs. */
export const initSchema = z
  .strictObject({
    run: z
      .enum(["shell", "command", "login"])
      .default("shell")
      .describe(
        "`shell`: /bin/sh. `command`: the ENTRYPOINT and CMD of `config`, with its ENV, USER and WORKDIR. `login`: a login on each console (needs supervise).",
      ),
    supervise: z
      .boolean()
      .default(false)
      .describe(
        "Stay the first process: start again what ends, reap orphans, give each console a terminal of its own, load drivers from the image's /lib/modules, and power off or reboot cleanly on the power button and on signals. By busybox's init where the image has it (and by the image's own /etc/inittab, if there is one), else by a shell.",
      ),
    welcome: lineOfText
      .default("Welcome to your Docker image based Linux.")
      .describe("Line that is printed after how long the boot took; empty for none."),
    consoles: z
      .array(
        z.string().regex(/^(tty|tty[A-Z]+|hvc|xvc)\d+$/, 'must be a terminal, such as "ttyS0"'),
      )
      .max(16)
      .default([])
      .describe(
        "Terminals that get the shell or the login (needs supervise); none: the kernel's console.",
      ),
    network: z
      .enum(["none", "dhcp"])
      .default("none")
      .describe("`dhcp`: every Ethernet card asks for an address (needs supervise)."),
    syslog: z
      .boolean()
      .default(false)
      .describe(
        "Keep messages of programs and the kernel: in /var/log/messages by busybox, elsewhere where the image's rsyslog puts them (needs supervise).",
      ),
  })
  .meta({ id: "InitramfsInit", description: "What the first process of the machine does." });
export type InitOptions = z.output<typeof initSchema>;

/** What only a supervised machine has, and the values that ask for nothing. */
export function initProblems(init: InitOptions, hasConfig: boolean): InputProblem[] {
  const asked = {
    run: init.run === "login",
    consoles: init.consoles.length > 0,
    network: init.network !== "none",
    syslog: init.syslog,
  };
  const found: InputProblem[] = Object.entries(asked)
    .filter(([, wanted]) => wanted && !init.supervise)
    .map(([key]) => ({
      property: `init.${key}`,
      reason: "needs init.supervise: true, because only that keeps more than one process",
    }));
  if (init.run === "command" && !hasConfig)
    found.push({
      property: "config",
      reason: 'is required for init.run "command": rootfs.config has the ENTRYPOINT and CMD',
    });
  if (init.run === "command" && init.consoles.length > 0)
    found.push({
      property: "init.consoles",
      reason: 'is for a shell or a login: init.run "command" writes to the kernel\'s console',
    });
  return found;
}
