/** Kinds of FAT, by the bits of an entry of its table. */
export const fatTypes = ["fat12", "fat16", "fat32"] as const;
export type FatType = (typeof fatTypes)[number];

/** The kind of FAT that a filesystem's name says; undefined for another filesystem. */
export function fatTypeOf(filesystem: string): FatType | undefined {
  return fatTypes.find((type) => type === filesystem);
}
