import type { InputProblem } from "../errors.ts";
import { kernelArguments } from "../plan/boot-config.ts";
import type { Ref } from "../plan/ref.ts";

/** The inputs that rules look at; what is not known yet is missing. */
export interface BootloaderInputs {
  readonly type?: "extlinux" | "syslinux" | "efi-stub";
  readonly rootUuid?: string | undefined;
  readonly kernel?: { readonly ref: Ref; readonly path: string };
  readonly initrd?: { readonly ref: Ref; readonly path: string } | undefined;
  readonly commandLine?: string;
  readonly consoles?: readonly string[];
  readonly timeoutSeconds?: number;
  readonly menuTitle?: string | undefined;
}

/** True for an input that is surely not given, rather than not known yet. */
export type Omitted = (input: keyof BootloaderInputs) => boolean;

/** Longest command line of a kernel (COMMAND_LINE_SIZE of x86 less its end). */
const commandLineBytes = 2047;

/** Inputs for what nobody tells a kernel that the firmware starts itself. */
const loadersOwn = [
  "commandLine",
  "consoles",
  "rootUuid",
  "timeoutSeconds",
  "menuTitle",
] as const satisfies readonly (keyof BootloaderInputs)[];

/** What is wrong with the inputs of a boot loader that are known. */
export function bootloaderProblems(given: BootloaderInputs, omitted: Omitted): InputProblem[] {
  return given.type === "efi-stub"
    ? efiStubProblems(omitted)
    : [...argumentProblems(given, omitted), ...menuProblems(given)];
}

function efiStubProblems(omitted: Omitted): InputProblem[] {
  return loadersOwn
    .filter((property) => !omitted(property))
    .map((property) => ({
      property,
      reason:
        'is of no use with "efi-stub": the firmware starts the kernel without arguments or a menu (build the command line into the kernel: CMDLINE_BOOL and CMDLINE)',
    }));
}

function argumentProblems(given: BootloaderInputs, omitted: Omitted): InputProblem[] {
  const { commandLine = "", consoles = [], rootUuid, kernel, initrd } = given;
  const problems: InputProblem[] = [];
  const names = (argument: string) =>
    commandLine.split(" ").some((word) => word.startsWith(`${argument}=`));
  const property = "commandLine";
  if (names("root") && !omitted("rootUuid"))
    problems.push({ property, reason: 'has "root=", which rootUuid sets' });
  if (names("initrd")) problems.push({ property, reason: 'has "initrd=", which initrd sets' });
  if (given.type && omitted("rootUuid") && omitted("initrd") && !names("root"))
    problems.push({
      property: "rootUuid",
      reason: "is required (or initrd, or root= in commandLine): the kernel would have no root",
    });
  const whole = [
    `BOOT_IMAGE=${kernel?.path}`,
    kernelArguments({ commandLine, consoles, rootUuid }),
    `initrd=${initrd?.path}`,
  ].join(" ");
  if (whole.length > commandLineBytes)
    problems.push({
      property,
      reason: `makes a command line of ${whole.length} bytes with root and consoles but the kernel takes ${commandLineBytes}`,
    });
  return problems;
}

function menuProblems({ menuTitle, timeoutSeconds }: BootloaderInputs): InputProblem[] {
  return menuTitle !== undefined && timeoutSeconds === 0
    ? [
        {
          property: "timeoutSeconds",
          reason: "is 0 but a menu needs time to be seen (set it to at least 1)",
        },
      ]
    : [];
}
