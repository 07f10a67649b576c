import { ContentError } from "../errors.ts";

/** Bytes of the first sector that are boot code; the partition table's identity and entries follow. */
const bootCodeBytes = 440;
const sector = 512;
/** Where boot.img keeps the sector of the core (GRUB_BOOT_MACHINE_KERNEL_SECTOR). */
const kernelSectorAt = 0x5c;
/** Where boot.img checks whether it was started from a floppy (GRUB_BOOT_MACHINE_DRIVE_CHECK). */
const driveCheckAt = 0x66;
/** Where the core's first sector keeps the place of the others: u64 start, u16 count, u16 segment. */
const blockListAt = 0x1f4;

/** GRUB's boot code for the first sector, told where the core lies: what `grub-bios-setup` does (util/setup.c). */
export function grubBootCode(bootImage: Uint8Array, coreSector: number): Uint8Array {
  const image = Buffer.from(bootImage);
  if (image.length !== sector || image.readUInt16LE(510) !== 0xaa55)
    throw new ContentError("boot.img is no boot sector: this GRUB is not supported");
  image.writeBigUInt64LE(BigInt(coreSector), kernelSectorAt);
  // Two no-operations: what starts here is a hard disk, whatever number the BIOS gives it.
  image.set([0x90, 0x90], driveCheckAt);
  return image.subarray(0, bootCodeBytes);
}

/** GRUB's core in whole sectors, told that it lies in one piece from a sector on; an error where that has less room than it needs. */
export function grubCoreAt(
  core: Uint8Array,
  { startSector, sectors }: { readonly startSector: number; readonly sectors: number },
): Uint8Array {
  const padded = Buffer.concat([core, Buffer.alloc(-core.length & (sector - 1))]);
  const needed = padded.length / sector;
  if (padded.length < sector || padded.readUInt16LE(blockListAt + 8) !== needed - 1)
    throw new ContentError("GRUB's core has no block list: this GRUB is not supported");
  if (needed > sectors)
    throw new ContentError(
      `GRUB's core takes ${needed} sectors but there are ${sectors} from sector ${startSector} on`,
      { hint: 'give the disk a partition of type "bios-boot" with sizeMiB 1' },
    );
  padded.writeBigUInt64LE(BigInt(startSector + 1), blockListAt);
  return padded;
}
