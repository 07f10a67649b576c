import { type Command, Option } from "commander";
import { openRunner } from "../host/open-runner.ts";
import { openStore } from "../store/local-store.ts";
import { machineOf } from "./boot/machine.ts";
import type { BootOptions } from "./boot/options.ts";
import { runMachine } from "./boot/run-machine.ts";
import { exitCodes } from "./fault.ts";
import { imageHelp } from "./image/find.ts";
import { wholeBetween } from "./numbers.ts";
import type { Run, Session } from "./session.ts";

/** Adds `bootwright boot`. */
export function bootCommand(program: Command, run: Run): void {
  program
    .command("boot")
    .description("starts a disk or an ISO in QEMU, with its serial console on this terminal")
    .argument("<image>", "what to start")
    .addOption(
      new Option("--firmware <kind>", "what starts it").choices(["bios", "uefi"]).default("bios"),
    )
    .option("--memory-mib <mib>", "memory of the machine", wholeBetween(16, 1 << 20), 1024)
    .option("--usb", "as a USB stick instead of a disk or a CD")
    .option("--graphic", "the screen too, by VNC on a socket that is named")
    .addHelpText(
      "after",
      `
${imageHelp}
Ctrl-A x ends the machine, Ctrl-A Ctrl-A sends one Ctrl-A; everything else, Ctrl-C too, goes to the machine. What it writes
goes to an overlay that is thrown away: the image stays as it is. It reaches no network.

Examples:
  bootwright boot "$(pulumi stack output disk)"
  bootwright boot live.iso --firmware uefi --memory-mib 2048 --graphic`,
    )
    .action((image: string, options: BootOptions) =>
      run((session) => bootImage(image, options, session)),
    );
}

async function bootImage(
  argument: string,
  options: BootOptions,
  session: Session,
): Promise<number> {
  const { terminal, signal } = session;
  const store = await openStore();
  const log = { progress: (text: string) => terminal.progress(text) };
  const runner = await openRunner({ storeRoot: store.root, signal, log });
  await store.stage(async (folder) => {
    const machine = await machineOf(argument, options, { store, runner, folder, session });
    await runMachine(machine, { runner, folder, session, graphic: options.graphic === true });
  });
  return exitCodes.good;
}
