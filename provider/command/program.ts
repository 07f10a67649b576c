import { Command, CommanderError } from "commander";
import { explain } from "../lifecycle/explain.ts";
import { bootCommand } from "./boot.ts";
import { diffCommand } from "./diff.ts";
import { doctorCommand } from "./doctor.ts";
import { exitCodes, faultText } from "./fault.ts";
import { inspectCommand } from "./inspect.ts";
import { withInterrupt } from "./interrupt.ts";
import { openTerminal, type Terminal } from "./print/terminal.ts";
import type { Run } from "./session.ts";
import { storeCommand } from "./store.ts";
import { traceCommand } from "./trace.ts";
import { whyCommand } from "./why.ts";
import { writeCommand } from "./write.ts";

/** Runs `bootwright` with the arguments that follow its name; resolves to the exit code, having said what went wrong. */
export async function runCommand(
  args: readonly string[],
  terminal: Terminal = openTerminal(),
): Promise<number> {
  let exitCode: number = exitCodes.good;
  const run: Run = async (work) => {
    exitCode = await withInterrupt((signal) => work({ terminal, signal }));
  };
  try {
    await program(run).parseAsync(args, { from: "user" });
  } catch (thrown) {
    // Commander has printed its own message, and help is no failure.
    if (thrown instanceof CommanderError)
      return thrown.exitCode === 0 ? exitCodes.good : exitCodes.failed;
    const fault = faultText(await explain(thrown));
    terminal.fail(fault.text);
    return fault.exitCode;
  }
  return exitCode;
}

/** In the order in which help shows them. */
const commands = [
  doctorCommand,
  storeCommand,
  inspectCommand,
  diffCommand,
  traceCommand,
  whyCommand,
  bootCommand,
  writeCommand,
];

function program(run: Run): Command {
  const command = new Command("bootwright")
    .description("Looks at, tries and writes what the Bootwright provider makes.")
    .enablePositionalOptions()
    .showHelpAfterError("(bootwright help COMMAND shows what it takes)")
    .exitOverride()
    // Commander's own knows no command of a command.
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Exit code: 0 when all is well, 1 when what was asked about is not (something is missing, damaged or different),
2 when the command could not do its work, 130 after Ctrl-C.`,
    );
  for (const add of commands) add(command, run);
  command
    .command("help")
    .description("what a command takes, with examples: help store ls")
    .argument("[command...]", "its name")
    .action((names: string[]) => named(command, names).help());
  return command;
}

function named(program: Command, names: readonly string[]): Command {
  return names.reduce(
    (at, name) =>
      at.commands.find((command) => command.name() === name) ??
      program.error(`error: unknown command '${names.join(" ")}'`),
    program,
  );
}
