import { realpath } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { ContentError, InputError } from "../errors.ts";
import { openStore } from "../store/local-store.ts";
import type { ByteSource } from "../store/vhd-view.ts";
import { paceText } from "../tree/pace.ts";
import { printable } from "../tree/shown-name.ts";
import { exitCodes, Interrupted } from "./fault.ts";
import { imageHelp } from "./image/find.ts";
import { withImage } from "./image/open-image.ts";
import { readPartitionMap } from "./image/table.ts";
import { inBytes } from "./print/amounts.ts";
import type { Run, Session } from "./session.ts";
import { verifyImage, writeImage } from "./write/copy.ts";
import { readDevices } from "./write/devices.ts";
import { deviceList } from "./write/list.ts";
import { whatIsLost } from "./write/lost.ts";
import { demandRoom, findTarget, type Target } from "./write/target.ts";

interface Options {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly toFile?: boolean;
}

/** Adds `bootwright write`. */
export function writeCommand(program: Command, run: Run): void {
  program
    .command("write")
    .description("writes a disk or an ISO to a USB stick or a card, and reads it back")
    .argument("<image>", "what to write")
    .argument("[device]", "where to; without it the removable disks are listed")
    .option("--dry-run", "only say what would be done")
    .option("--yes", "do not ask; the device has to be one of /dev/disk/by-id")
    .option("--to-file", "the device is a file that is there already, written to like a disk")
    .addHelpText(
      "after",
      `
${imageHelp}
Only removable disks are written to, none that is mounted or held, and never the system's. What is on it is shown, and the
name of the device asked for, before anything is written.

Examples:
  bootwright write live.iso
  bootwright write live.iso /dev/sdb --dry-run
  sudo -E bootwright write live.iso /dev/disk/by-id/usb-Kingston_DT_101-0:0 --yes`,
    )
    .action((image: string, device: string | undefined, options: Options) =>
      run((session) => write(image, device, options, session)),
    );
}

async function write(
  argument: string,
  device: string | undefined,
  options: Options,
  session: Session,
): Promise<number> {
  const { terminal } = session;
  const devices = await readDevices();
  if (device === undefined) {
    terminal.print(deviceList(devices));
    return exitCodes.good;
  }
  const target = await findTarget(device, devices, { toFile: options.toFile === true });
  const store = await openStore();
  return withImage(argument, { store, session }, async ({ source, format, path }) => {
    if (!source || format === "ext4 plan")
      throw new ContentError(`${argument} is no disk: ${format}`, {
        hint: "name the disk or the ISO that was made of it",
      });
    await demandOther(path, target, store.root);
    const hasPartitions = (await readPartitionMap(source)) !== undefined;
    demandRoom({ name: argument, sizeBytes: source.sizeBytes, hasPartitions }, target);
    terminal.print(
      `${printable(argument)}, ${inBytes(source.sizeBytes)}, to ${printable(target.words)}`,
    );
    terminal.print("This will be lost:");
    for (const line of await whatIsLost(target)) terminal.print(`  ${line}`);
    if (options.dryRun) {
      terminal.print("Nothing was written: --dry-run");
      return exitCodes.good;
    }
    await confirm(target, options, session);
    await copyAndVerify(source, target, session);
    return exitCodes.good;
  });
}

async function confirm(target: Target, { yes }: Options, { signal }: Session): Promise<void> {
  if (yes && target.isStable) return;
  if (yes)
    throw new InputError([
      {
        property: "--yes",
        reason: `needs a path below /dev/disk/by-id, because ${target.path} may be another disk tomorrow`,
      },
    ]);
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  let answer: string;
  try {
    const asked = lines.question(`Type ${printable(target.name)} to go on: `, { signal });
    answer = await Promise.race([asked, ended]);
  } finally {
    // What reads the keyboard keeps the process.
    lines.close();
  }
  if (answer.trim() !== target.name)
    throw new ContentError(`Nothing was written: ${target.name} was not typed`);
}

/** Refuses to write into what is read: the image itself, and the store, whose files never change. */
async function demandOther(image: string, { path, device }: Target, store: string): Promise<void> {
  if (device) return;
  const refuse = (reason: string) => new InputError([{ property: path, reason }]);
  if ((await realpath(image)) === path) throw refuse("is the image itself");
  if (path.startsWith(`${await realpath(store)}/`)) throw refuse("is a file of the store");
}

async function copyAndVerify(source: ByteSource, target: Target, session: Session): Promise<void> {
  const { terminal, signal } = session;
  const watch = (doing: string) => {
    const started = performance.now();
    return {
      signal,
      progress: (done: number) =>
        terminal.progress(
          `${doing} ${paceText(done, source.sizeBytes, performance.now() - started)}`,
        ),
    };
  };
  const leaving = (words: string) => (error: unknown) => {
    throw signal.aborted ? new Interrupted(`Stopped: ${target.path} ${words}`) : error;
  };
  const { progress } = watch("writes");
  let left = "was not written to";
  const begun = (done: number) => {
    left = "holds half of the image, and starts nothing";
    // Of nothing there is no pace.
    if (done > 0) progress(done);
  };
  await writeImage(source, target, { signal, progress: begun }).catch((error) =>
    leaving(left)(error),
  );
  terminal.print("written, reading it back");
  await verifyImage(source, target, watch("reads")).catch(leaving("was not read back to its end"));
  terminal.print(`${target.path} holds the image: ${source.sizeBytes} bytes are the same`);
  if (source.sizeBytes < target.sizeBytes)
    terminal.print(`${inBytes(target.sizeBytes - source.sizeBytes)} behind it are unused`);
}
