import { open, readFile } from "node:fs/promises";
import { StoreError } from "../errors.ts";
import { type Vhd, vhdObject, vhdPart } from "../plan/vhd.ts";
import { readFully } from "../tree/read-fully.ts";

/** Bytes that can be read at any offset. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Fills a buffer from an offset; what lies behind the end is left out of the result. */
  read(offset: number, into: Buffer): Promise<Buffer>;
  close(): Promise<void>;
}

/** Opens a file. */
export async function openFile(path: string): Promise<ByteSource> {
  const handle = await open(path, "r");
  const { size: sizeBytes } = await handle.stat();
  return {
    sizeBytes,
    async read(offset, into) {
      const wanted = into.subarray(0, Math.max(0, Math.min(into.length, sizeBytes - offset)));
      if (!(await readFully(handle, wanted, offset)))
        throw new StoreError(`${path} became shorter while it was read`);
      return wanted;
    },
    close: () => handle.close(),
  };
}

/** Opens a fixed VHD: the raw disk, zeros up to a whole MiB, and the footer. */
export async function openVhd(vhd: Vhd, diskPath: string): Promise<ByteSource> {
  const disk = await openFile(diskPath);
  if (disk.sizeBytes !== vhd.diskBytes) {
    await disk.close();
    throw new StoreError(
      `Disk ${vhd.disk} has ${disk.sizeBytes} bytes but its VHD was made of ${vhd.diskBytes}`,
      { hint: "run pulumi refresh and pulumi up" },
    );
  }
  const footer = Buffer.from(vhd.footer, "base64");
  return {
    sizeBytes: vhd.sizeBytes,
    async read(offset, into) {
      const wanted = into.subarray(0, Math.max(0, Math.min(into.length, vhd.sizeBytes - offset)));
      const part = vhdPart(vhd, offset, wanted.length);
      if (part.disk.length > 0) await disk.read(offset, wanted.subarray(0, part.disk.length));
      wanted.fill(0, part.disk.length);
      footer.copy(
        wanted,
        part.footer.at,
        part.footer.offset,
        part.footer.offset + part.footer.length,
      );
      return wanted;
    },
    close: () => disk.close(),
  };
}

/** Reads the description of a VHD from the store, and makes sure that it is the one asked for. */
export async function loadVhd(path: string, digest: string): Promise<Vhd> {
  const vhd = JSON.parse(await readFile(path, "utf8")) as Vhd;
  const actual = vhdObject(vhd).digest;
  if (actual !== digest)
    throw new StoreError(`The VHD ${digest} is damaged: its description is ${actual}`, {
      hint: "run pulumi refresh and pulumi up",
    });
  return vhd;
}
