import type { BaseConfig, OptionValue } from "./kernel-schema.ts";

/** A configuration by name: what it starts from, and the options set on top. */
export interface Preset {
  readonly base: BaseConfig;
  readonly options: readonly OptionValue[];
}

/** The smallest kernel that runs programs out of an initramfs and talks on a serial port: it sees no disk and no network. */
const serial = [
  "64BIT",
  "BLK_DEV_INITRD",
  "PRINTK",
  "BINFMT_ELF",
  "BINFMT_SCRIPT",
  "DEVTMPFS",
  "DEVTMPFS_MOUNT",
  "TTY",
  "SERIAL_8250",
  "SERIAL_8250_CONSOLE",
  "PROC_FS",
  "SYSFS",
];

/** What a small virtual machine needs beyond that: disks, file systems, network, a clean power-off, BIOS and UEFI. */
const machine = [
  // Processes and files, as ordinary programs expect them.
  ...["EXPERT", "MULTIUSER", "FUTEX", "EPOLL", "SIGNALFD", "TIMERFD", "EVENTFD", "POSIX_TIMERS"],
  ...["SHMEM", "TMPFS", "TMPFS_XATTR", "FILE_LOCKING", "INOTIFY_USER", "UNIX98_PTYS", "SYSVIPC"],
  ...["FHANDLE", "ADVISE_SYSCALLS", "MEMBARRIER", "AIO", "BUG", "ELF_CORE", "RTC_CLASS", "CGROUPS"],
  // A PC with ACPI, whose button and whose power-off work.
  ...["PCI", "PCI_MSI", "ACPI", "ACPI_BUTTON", "PM", "HIGH_RES_TIMERS", "NO_HZ_IDLE", "INPUT"],
  ...["RTC_DRV_CMOS", "INPUT_EVDEV", "DMI", "HYPERVISOR_GUEST", "PARAVIRT"],
  // Started by UEFI without a boot loader, or by one; the partition tables that either uses.
  ...["EFI", "EFI_STUB", "EFIVAR_FS", "PARTITION_ADVANCED", "MSDOS_PARTITION", "EFI_PARTITION"],
  // Disks and CDs: virtio, SATA, IDE; loop devices for images inside them.
  ...["BLOCK", "BLK_DEV", "BLK_DEV_LOOP", "VIRTIO_MENU", "VIRTIO_PCI", "VIRTIO_BLK", "HW_RANDOM"],
  ...["HW_RANDOM_VIRTIO", "SCSI", "BLK_DEV_SD", "BLK_DEV_SR", "SCSI_VIRTIO", "SCSI_LOWLEVEL"],
  ...["ATA", "ATA_SFF", "ATA_BMDMA", "ATA_PIIX", "SATA_AHCI"],
  // File systems, squashfs with all that may be in one, and the characters of FAT's names.
  ...["EXT4_FS", "MSDOS_FS", "VFAT_FS", "ISO9660_FS", "JOLIET", "MISC_FILESYSTEMS"],
  ...["SQUASHFS", "SQUASHFS_XATTR", "SQUASHFS_LZ4", "SQUASHFS_XZ", "SQUASHFS_ZSTD", "EROFS_FS"],
  ...["OVERLAY_FS", "NLS_CODEPAGE_437", "NLS_ISO8859_1", "NLS_UTF8"],
  // The network: IPv4, what a DHCP client uses, and the card.
  ...["NET", "UNIX", "PACKET", "INET", "NETDEVICES", "NET_CORE", "VIRTIO_NET"],
  // A screen beside the serial port.
  ...["VT", "VT_CONSOLE", "VGA_CONSOLE"],
];

/** The presets, by name. */
export const presets = {
  "tiny-serial": { base: "allnoconfig", options: allYes(serial) },
  "tiny-virtio": { base: "allnoconfig", options: allYes([...serial, ...machine]) },
} as const satisfies Readonly<Record<string, Preset>>;

function allYes(names: readonly string[]): OptionValue[] {
  return names.map((name) => ({ name, value: "y" }));
}
