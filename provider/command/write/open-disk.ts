import { open } from "node:fs/promises";
import { StoreError } from "../../errors.ts";
import type { ByteSource } from "../../store/vhd-view.ts";
import { readFully } from "../../tree/read-fully.ts";
import type { Target } from "./target.ts";

/** Opens a target for reading; the size of a disk is the kernel's word, because stat(2) says 0. */
export async function openDisk({ path, sizeBytes }: Target): Promise<ByteSource> {
  const file = await open(path, "r");
  return {
    sizeBytes,
    async read(offset, into) {
      const wanted = into.subarray(0, Math.max(0, Math.min(into.length, sizeBytes - offset)));
      if (!(await readFully(file, wanted, offset)))
        throw new StoreError(`${path} ends before byte ${offset + wanted.length}`);
      return wanted;
    },
    close: () => file.close(),
  };
}
