import { createHash } from "node:crypto";
import { type FileHandle, open, stat } from "node:fs/promises";
import { ToolError } from "../errors.ts";
import { efiProblem } from "../plan/efi-image.ts";
import { sha256File } from "../store/verify.ts";
import { readFully } from "../tree/read-fully.ts";

const headerBytes = 64 * 1024;
const chunkBytes = 1 << 20;

/** Checks that ukify has packed files byte for byte, each into its section: an exit code of 0 says only that it came to its end. */
export async function demandSections(
  uki: string,
  files: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const handle = await open(uki);
  try {
    const header = Buffer.alloc(Math.min(headerBytes, (await handle.stat()).size));
    await readFully(handle, header, 0);
    const problem = efiProblem(header);
    if (problem) throw new ToolError(`ukify made no EFI program: ${problem}`);
    const sections = sectionsOf(header);
    for (const [name, file] of Object.entries(files)) {
      const { size } = await stat(file);
      const section = sections.get(name);
      const isWhole = section !== undefined && section.bytes === size;
      if (
        !isWhole ||
        (await digestOf(handle, section, signal)) !== (await sha256File(file, signal))
      )
        throw new ToolError(`ukify made a unified kernel image that does not hold ${file}`);
    }
  } finally {
    await handle.close();
  }
}

interface Section {
  readonly start: number;
  readonly bytes: number;
}

/** Where sections lie in the file, and how much of that is content (PE Format, "Section Table"). */
function sectionsOf(header: Buffer): Map<string, Section> {
  const coff = header.readUInt32LE(60) + 4;
  const table = coff + 20 + header.readUInt16LE(coff + 16);
  return new Map(
    Array.from({ length: header.readUInt16LE(coff + 2) }, (_, index) => {
      const entry = header.subarray(table + index * 40, table + (index + 1) * 40);
      const name = entry.toString("latin1", 0, 8).replace(/\0+$/, "");
      return [name, { start: entry.readUInt32LE(20), bytes: entry.readUInt32LE(8) }] as const;
    }),
  );
}

async function digestOf(
  handle: FileHandle,
  { start, bytes }: Section,
  signal: AbortSignal,
): Promise<string | undefined> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, bytes));
  for (let at = 0; at < bytes; ) {
    signal.throwIfAborted();
    const chunk = buffer.subarray(0, Math.min(chunkBytes, bytes - at));
    if (!(await readFully(handle, chunk, start + at))) return undefined;
    hash.update(chunk);
    at += chunk.length;
  }
  return `sha256:${hash.digest("hex")}`;
}
