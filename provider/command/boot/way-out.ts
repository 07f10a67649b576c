const escapeByte = 0x01;
const leave = "x".charCodeAt(0);

/** Finds the way out in what is typed: Ctrl-A x, as QEMU's own. Ctrl-A Ctrl-A is one Ctrl-A, before anything else it is itself. */
export class WayOut {
  #escaped = false;

  /** What of some bytes the machine gets, and whether they end it. */
  push(chunk: Uint8Array): { bytes: Buffer; leaves: boolean } {
    const bytes: number[] = [];
    for (const byte of chunk) {
      if (this.#escaped) {
        this.#escaped = false;
        if (byte === leave) return { bytes: Buffer.from(bytes), leaves: true };
        bytes.push(escapeByte);
        if (byte !== escapeByte) bytes.push(byte);
      } else if (byte === escapeByte) this.#escaped = true;
      else bytes.push(byte);
    }
    return { bytes: Buffer.from(bytes), leaves: false };
  }
}
