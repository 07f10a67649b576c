import type { InputProblem } from "../errors.ts";
import { kernelArguments } from "../plan/boot-config.ts";
import { signingProblems } from "../signing/signing-rules.ts";
import type { BootloaderInputs } from "./bootloader-schema.ts";
import { isGrub, kindOfLoader } from "./bootloader-types.ts";
import { placeOnDisk } from "./loader-place.ts";
import { uselessProblems } from "./useless-inputs.ts";

/** The inputs that rules look at; what is not known yet is missing. */
type Given = Partial<BootloaderInputs>;

/** True for an input that is surely not given, rather than not known yet. */
export type Omitted = (input: keyof BootloaderInputs) => boolean;

/** Longest command line of a kernel (COMMAND_LINE_SIZE of x86 less its end). */
const commandLineBytes = 2047;

/** What is wrong with the inputs of a boot loader that are known. */
export function bootloaderProblems(given: Given, omitted: Omitted): InputProblem[] {
  const { type } = given;
  const told = type !== "efi-stub";
  return [
    ...(type ? uselessProblems(type, omitted) : []),
    ...(told ? [...argumentProblems(given, omitted), ...menuProblems(given)] : []),
    ...placeProblems(given, omitted),
    ...signingProblems(given, omitted),
  ];
}

function placeProblems({ type, layout, partition }: Given, omitted: Omitted): InputProblem[] {
  if (!type || !kindOfLoader(type).placedByLayout) return [];
  if (omitted("layout"))
    return [
      {
        property: "layout",
        reason: `is required for "${type}" (give \`layout\` of the PartitionLayout)`,
      },
    ];
  return layout && partition ? placeOnDisk(type, layout, partition).problems : [];
}

/** Each command line that a kernel may get, and the input that says it. */
function commandLines({
  commandLine = "",
  entries = [],
}: Given): { property: string; text: string }[] {
  if (entries.length === 0) return [{ property: "commandLine", text: commandLine }];
  return entries.map((entry, index) => ({
    property: entry.commandLine === "" ? "commandLine" : `entries[${index}].commandLine`,
    text: `${commandLine} ${entry.commandLine}`,
  }));
}

function argumentProblems(given: Given, omitted: Omitted): InputProblem[] {
  const { type, consoles = [], rootUuid, kernel, initrd, commandLine, entries } = given;
  const lines = commandLines(given);
  const problems: InputProblem[] = [];
  const names = (text: string, argument: string) =>
    text.split(" ").some((word) => word.startsWith(`${argument}=`));
  for (const { property, text } of lines) {
    if (names(text, "root") && !omitted("rootUuid"))
      problems.push({ property, reason: 'has "root=", which rootUuid sets' });
    if (names(text, "initrd"))
      problems.push({ property, reason: 'has "initrd=", which initrd sets' });
    if (type && isGrub(type) && /["'\\]/.test(text))
      problems.push({
        property,
        reason: "has a quote or a backslash, before which GRUB puts a backslash (leave it out)",
      });
  }
  const known = commandLine !== undefined && entries !== undefined;
  const rooted = !known || lines.every(({ text }) => names(text, "root"));
  if (type && omitted("rootUuid") && omitted("initrd") && !rooted)
    problems.push({
      property: "rootUuid",
      reason: "is required (or initrd, or root= in commandLine): the kernel would have no root",
    });
  for (const { property, text } of lines) {
    const whole = [
      `BOOT_IMAGE=${kernel?.path}`,
      kernelArguments({ commandLine: text, consoles, rootUuid }),
      `initrd=${initrd?.path}`,
    ].join(" ");
    if (whole.length > commandLineBytes)
      problems.push({
        property,
        reason: `makes a command line of ${whole.length} bytes with root and consoles but the kernel takes ${commandLineBytes}`,
      });
  }
  return problems.filter(
    ({ property, reason }, index) =>
      problems.findIndex((p) => p.property === property && p.reason === reason) === index,
  );
}

function menuProblems({
  type,
  menuTitle,
  timeoutSeconds,
  entries,
  defaultEntry,
}: Given): InputProblem[] {
  const problems: InputProblem[] = [];
  if (menuTitle !== undefined && timeoutSeconds === 0)
    problems.push({
      property: "timeoutSeconds",
      reason: "is 0 but a menu needs time to be seen (set it to at least 1)",
    });
  if (entries && defaultEntry !== undefined && defaultEntry >= Math.max(1, entries.length))
    problems.push({
      property: "defaultEntry",
      reason: `is ${defaultEntry} but there are ${Math.max(1, entries.length)} entries, counted from 0`,
    });
  entries?.forEach(({ submenu }, index) => {
    if (submenu !== undefined && type && !isGrub(type))
      problems.push({
        property: `entries[${index}].submenu`,
        reason: `is of no use with "${type}", which has no submenus (leave it out)`,
      });
  });
  return problems;
}
