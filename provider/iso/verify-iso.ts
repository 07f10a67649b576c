import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../errors.ts";
import { readTable } from "../plan/read-table.ts";
import type { Context } from "../resource.ts";
import { sha256File } from "../store/verify.ts";
import { readFully } from "../tree/read-fully.ts";
import { biosPath, runXorriso } from "./xorriso.ts";

/** A file of the medium and where its bytes are. */
export interface IsoFile {
  readonly path: string;
  readonly from: string;
}

/** Where xorriso writes into GRUB for a BIOS: El Torito's boot information table (mkisofs(8), -boot-info-table), and the place of its core (--grub2-boot-info). */
const patched = [
  [8, 64],
  [2548, 2556],
] as const;

/** Reads a medium back: each of its files, and the ESP, which lies behind them as a partition; an error where bytes differ. */
export async function verifyIso(
  written: { readonly out: string; readonly esp: string; readonly files: readonly IsoFile[] },
  folder: string,
  ctx: Context,
): Promise<void> {
  const { out, esp, files } = written;
  ctx.log.progress("reading the ISO image back");
  const read = join(folder, "read");
  const args = ["xorriso", "-indev", out, "-osirrox", "on", "-extract", "/", read];
  await runXorriso(args, "to read the ISO image back", folder, ctx);
  for (const { path, from } of files) {
    if (path === biosPath) {
      demandSame(
        `/${path}`,
        unpatched(await readFile(from)),
        unpatched(await readFile(join(read, path))),
      );
      continue;
    }
    const [wanted, found] = [
      await sha256File(from, ctx.signal),
      await sha256File(join(read, path), ctx.signal).catch(() => "nothing"),
    ];
    if (wanted !== found)
      throw new ToolError(`xorriso wrote /${path} with ${found}, not ${wanted}`);
  }
  demandSame("the ESP", await readFile(esp), await secondPartition(out));
}

function unpatched(bytes: Buffer): Buffer {
  for (const [start, end] of patched) bytes.fill(0, start, end);
  return bytes;
}

function demandSame(what: string, wanted: Buffer, found: Buffer): void {
  if (!found.equals(wanted))
    throw new ToolError(
      `xorriso wrote ${what} with other bytes (${found.length} of ${wanted.length})`,
    );
}

async function secondPartition(out: string): Promise<Buffer> {
  const file = await open(out, "r");
  try {
    const { size } = await file.stat();
    const bytes = async (offset: number, length: number) => {
      const into = Buffer.alloc(length);
      if (!(await readFully(file, into, offset)))
        throw new ToolError(`xorriso wrote an image that ends before byte ${offset + length}`);
      return into;
    };
    const found = (await readTable(bytes, size)).find(({ number }) => number === 2);
    return found ? await bytes(found.offsetBytes, found.sizeBytes) : Buffer.alloc(0);
  } finally {
    await file.close();
  }
}
