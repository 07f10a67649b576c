/** UEFI: its code, and a file of variables that it may write to. */
export interface Firmware {
  readonly code: string;
  readonly variables: string;
  /** Whether only the firmware itself writes to its variables, on which Secure Boot stands. */
  readonly isSecure?: boolean;
}

/** A virtual machine as data. */
export interface Machine {
  readonly accelerator: "kvm" | "tcg";
  readonly memoryMiB: number;
  readonly cpus: number;
  /** UEFI instead of a BIOS. */
  readonly uefi?: Firmware;
  /** A qcow2 file that it may write to. */
  readonly disk?: string;
  /** What the disk is plugged into; without this a virtio disk. */
  readonly diskOn?: "usb";
  /** An image that lies in a CD drive. */
  readonly cdrom?: string;
  readonly kernel?: {
    readonly path: string;
    readonly initrd?: string;
    readonly commandLine: string;
  };
  /** Socket of the monitor (QMP), relative to QEMU's folder. */
  readonly monitor?: string;
  /** TCP ports of the machine, and where they are reached on the loopback beside QEMU. */
  readonly forwards: readonly { readonly port: number; readonly guestPort: number }[];
}

/** The arguments of `qemu-system-x86_64`: a PC whose first serial port is QEMU's stdio. */
export function qemuArguments(machine: Machine): string[] {
  const { accelerator, disk, diskOn, cdrom, kernel, uefi } = machine;
  return [
    // Only the newer kind of PC has a memory that is the firmware's own (SMM).
    ...["-machine", uefi?.isSecure ? "q35,smm=on" : "pc"],
    ...["-accel", accelerator, "-cpu", accelerator === "kvm" ? "host" : "max"],
    ...["-m", `${machine.memoryMiB}M`, "-smp", String(machine.cpus)],
    // Boot loaders draw their menus with the video BIOS: a machine without one may stop there.
    ...["-nodefaults", "-vga", "std", "-display", "none"],
    ...["-serial", "stdio", "-monitor", "none", "-no-reboot"],
    ...(machine.monitor ? ["-qmp", `unix:${machine.monitor},server=on,wait=off`] : []),
    ...["-device", "virtio-rng-pci"],
    ...["-nic", nic(machine.forwards)],
    ...(uefi ? ["-drive", flash(uefi.code, "readonly=on"), "-drive", flash(uefi.variables)] : []),
    ...(uefi?.isSecure ? ["-global", "driver=cfi.pflash01,property=secure,value=on"] : []),
    ...(disk ? (diskOn === "usb" ? stick(disk) : ["-drive", `${drive(disk)},if=virtio`]) : []),
    ...(cdrom ? ["-drive", compactDisc(cdrom)] : []),
    ...(kernel ? ["-kernel", kernel.path, "-append", kernel.commandLine] : []),
    ...(kernel?.initrd ? ["-initrd", kernel.initrd] : []),
  ];
}

/** The overlay is thrown away, so nothing waits for the disk to have it. */
function drive(file: string): string {
  return `file=${escapeCommas(file)},format=qcow2,cache=unsafe,discard=unmap`;
}

function stick(file: string): string[] {
  const device = "usb-storage,drive=stick,removable=on,bootindex=0";
  return ["-drive", `${drive(file)},if=none,id=stick`, "-device", "qemu-xhci", "-device", device];
}

function compactDisc(file: string): string {
  return `file=${escapeCommas(file)},format=raw,if=ide,media=cdrom,readonly=on`;
}

/** The first flash chip holds the firmware, the second its variables (docs/system/i386/pc). */
function flash(file: string, ...more: readonly string[]): string {
  return ["if=pflash", "format=raw", ...more, `file=${escapeCommas(file)}`].join(",");
}

/** `restrict`: the guest gets an address and answers on the forwarded ports, but reaches nothing. */
function nic(forwards: Machine["forwards"]): string {
  const rules = forwards.map((f) => `,hostfwd=tcp:127.0.0.1:${f.port}-:${f.guestPort}`);
  return `user,model=virtio-net-pci,restrict=on${rules.join("")}`;
}

/** In QEMU's key=value lists a comma is written twice. */
function escapeCommas(text: string): string {
  return text.replaceAll(",", ",,");
}
