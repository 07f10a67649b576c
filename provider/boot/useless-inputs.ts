import type { InputProblem } from "../errors.ts";
import type { BootloaderInputs } from "./bootloader-schema.ts";
import { type BootloaderType, isGrub } from "./bootloader-types.ts";

type Reasons = Readonly<Partial<Record<keyof BootloaderInputs, string>>>;

const byFirmware =
  "the firmware starts the kernel without arguments or a menu (build the command line into the kernel: CMDLINE_BOOL and CMDLINE)";
const byExtension = "it needs no layout (leave it out)";
const oneEntry = "it has one entry (its menu is `menuTitle`; for more take GRUB)";
const namedByLoader = "nothing of it is shown (leave it out)";
const readFromLayout = "the layout says it (leave it out)";
const entriesHaveTitles = "its menu has none (`entries` have titles)";
const noProgram = "a BIOS asks for no signature (leave it out)";
const notSigned = { signingKey: noProgram, signingCertificate: noProgram };

const syslinux: Reasons = {
  ...notSigned,
  layout: byExtension,
  entries: oneEntry,
  defaultEntry: oneEntry,
  osRelease: namedByLoader,
};
const efiStub: Reasons = {
  commandLine: byFirmware,
  consoles: byFirmware,
  rootUuid: byFirmware,
  timeoutSeconds: byFirmware,
  menuTitle: byFirmware,
  entries: byFirmware,
  defaultEntry: byFirmware,
  osRelease: namedByLoader,
  layout: byExtension,
};
// Measured (2.12): under Secure Boot it says "verification requested but nobody cares" of every kernel.
const grubTrustsOthers =
  'GRUB starts only what shim or an OpenPGP key vouches for, and has neither (take "systemd-boot", "systemd-boot-uki" or "uki")';
const grub: Reasons = {
  table: readFromLayout,
  menuTitle: entriesHaveTitles,
  signingKey: grubTrustsOthers,
  signingCertificate: grubTrustsOthers,
};

const onEsp = "its files go onto the ESP (leave it out)";
const systemdBoot: Reasons = {
  table: readFromLayout,
  partition: onEsp,
  menuTitle: entriesHaveTitles,
};
const noMenu =
  'the firmware starts it without a menu (take "systemd-boot-uki" for several, or a wait for a key)';
const uki: Reasons = {
  ...systemdBoot,
  menuTitle: noMenu,
  entries: noMenu,
  defaultEntry: noMenu,
  timeoutSeconds: noMenu,
};

/** Refuses what is given and would decide nothing: nobody finds out later why. */
export function uselessProblems(
  type: BootloaderType,
  omitted: (input: keyof BootloaderInputs) => boolean,
): InputProblem[] {
  return Object.entries(reasonsOf(type)).flatMap(([property, why]) =>
    omitted(property as keyof BootloaderInputs)
      ? []
      : [{ property, reason: `is of no use with "${type}": ${why}` }],
  );
}

function reasonsOf(type: BootloaderType): Reasons {
  if (isGrub(type)) return grub;
  switch (type) {
    case "efi-stub":
      return efiStub;
    case "uki":
      return uki;
    case "systemd-boot":
    case "systemd-boot-uki":
      return systemdBoot;
    default:
      return syslinux;
  }
}
