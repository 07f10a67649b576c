import { stat } from "node:fs/promises";
import { unpackedBytes } from "../cpio/unpacked-size.ts";
import { InputError } from "../errors.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";

/** The inputs that decide whether an initramfs has room. */
export interface MemoryNeeds {
  readonly initrd?: Ref | undefined;
  readonly memoryMiB: number;
}

/**
 * Refuses a machine whose memory cannot hold its initramfs: while the kernel unpacks it, both forms are there. An
 * initramfs that is not in the store yet is passed over.
 */
export async function demandMemory(
  { initrd, memoryMiB }: MemoryNeeds,
  { store }: Pick<Context, "store">,
): Promise<void> {
  if (initrd?.kind !== "file" || !(await store.has("file", initrd.digest))) return;
  const path = store.path("file", initrd.digest);
  const { size } = await stat(path);
  const unpacked = await unpackedBytes(path);
  const neededMiB = inMiB(unpacked + size);
  if (neededMiB <= memoryMiB) return;
  throw new InputError([
    {
      property: "memoryMiB",
      reason: `the machine has ${memoryMiB} MiB but its initramfs takes ${neededMiB} MiB while it is unpacked (${inMiB(size)} MiB in the file, ${inMiB(unpacked)} MiB in memory): set it to more than that, with room for the kernel`,
    },
  ]);
}

function inMiB(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
