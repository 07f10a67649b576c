const headerBytes = 80;
/** The bit of the incompatible features that says so. */
const dataIsElsewhere = 4n;

/**
 * True when the qcow2 that begins with these bytes is read together with another file, whatever file of this machine it names: a backing
 * file, or one that has its data (docs/interop/qcow2.rst).
 */
export function needsAnotherFile(head: Uint8Array): boolean {
  const header = Buffer.alloc(headerBytes);
  header.set(head.subarray(0, headerBytes));
  if (header.readBigUInt64BE(8) !== 0n) return true;
  return header.readUInt32BE(4) >= 3 && (header.readBigUInt64BE(72) & dataIsElsewhere) !== 0n;
}
