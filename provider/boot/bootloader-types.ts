/** What each way to start a machine is made of. */
interface BootloaderKind {
  /** What starts it, and so what the disk needs: a place for GRUB's core, or an ESP. */
  readonly startedBy: readonly ("bios" | "uefi")[];
  /** Whether it is told a partition table by `layout`. */
  readonly placedByLayout: boolean;
  /** Whether the program that UEFI starts is the kernel, or starts one as UEFI would. */
  readonly startsEfiKernel: boolean;
}

/** The ways to start a machine, by name. */
export const bootloaderKinds = {
  extlinux: { startedBy: ["bios"], placedByLayout: false, startsEfiKernel: false },
  syslinux: { startedBy: ["bios"], placedByLayout: false, startsEfiKernel: false },
  "efi-stub": { startedBy: ["uefi"], placedByLayout: false, startsEfiKernel: true },
  "grub-bios": { startedBy: ["bios"], placedByLayout: true, startsEfiKernel: false },
  "grub-uefi": { startedBy: ["uefi"], placedByLayout: true, startsEfiKernel: false },
  "grub-hybrid": { startedBy: ["bios", "uefi"], placedByLayout: true, startsEfiKernel: false },
  "systemd-boot": { startedBy: ["uefi"], placedByLayout: true, startsEfiKernel: true },
  "systemd-boot-uki": { startedBy: ["uefi"], placedByLayout: true, startsEfiKernel: true },
  uki: { startedBy: ["uefi"], placedByLayout: true, startsEfiKernel: true },
} as const satisfies Readonly<Record<string, BootloaderKind>>;

/** A way to start a machine. */
export type BootloaderType = keyof typeof bootloaderKinds;

/** Names of all ways. */
export const bootloaderTypes = Object.keys(bootloaderKinds) as [
  BootloaderType,
  ...BootloaderType[],
];

/** What a way is made of. */
export function kindOfLoader(type: BootloaderType): BootloaderKind {
  return bootloaderKinds[type];
}

/** True for the ways of GRUB. */
export function isGrub(type: BootloaderType): type is "grub-bios" | "grub-uefi" | "grub-hybrid" {
  return type.startsWith("grub-");
}

/** True for the ways that pack kernel, initrd and command line into one EFI program. */
export function packsUki(type: BootloaderType): type is "systemd-boot-uki" | "uki" {
  return type === "systemd-boot-uki" || type === "uki";
}
