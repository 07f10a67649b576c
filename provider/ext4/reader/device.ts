/** The numbers of a device in an inode: the old form in the first word, else the new form in the second (linux/kdev_t.h). */
export function deviceIn(iBlock: Buffer): { major: number; minor: number } {
  const old = iBlock.readUInt32LE(0);
  if (old !== 0) return { major: (old >>> 8) & 0xff, minor: old & 0xff };
  const device = iBlock.readUInt32LE(4);
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
  return { major: (device >>> 8) & 0xfff, minor };
}
