import { damaged } from "./super-block.ts";

/** A name of a directory, latin1, and the inode that it stands for. */
export interface FoundName {
  readonly name: string;
  readonly inode: number;
}

const headBytes = 8;
/** How a record of 64 KiB is written, whose length does not fit 16 bits. */
const wholeLargeBlock = 65535;

/**
 * The names in one block of a directory, without "." and "..". The nodes of a hash tree look like blocks without names (kernel
 * documentation, "Hash Tree Directories"), and so does the checksum at a block's end.
 */
export function namesInBlock(block: Buffer, hasFileTypes: boolean): FoundName[] {
  const found: FoundName[] = [];
  for (let at = 0; at < block.length; ) {
    if (at + headBytes > block.length) throw damaged("a directory ends in the middle of a name");
    const inode = block.readUInt32LE(at);
    const said = block.readUInt16LE(at + 4);
    const length =
      block.length === 65536 && (said === wholeLargeBlock || said === 0) ? block.length - at : said;
    const nameBytes = hasFileTypes ? block.readUInt8(at + 6) : block.readUInt16LE(at + 6);
    const fits = length >= headBytes && length % 4 === 0 && at + length <= block.length;
    if (!fits || (inode !== 0 && headBytes + nameBytes > length))
      throw damaged("a directory cannot be read");
    const name = block.toString("latin1", at + headBytes, at + headBytes + nameBytes);
    if (inode !== 0 && name !== "." && name !== "..") {
      if (name === "" || /[/\0]/.test(name)) throw damaged("a directory has a name that is none");
      found.push({ name, inode });
    }
    at += length;
  }
  return found;
}
