import { open, stat } from "node:fs/promises";
import { ToolError } from "../errors.ts";
import { efiProblem, headerBytes, sectionsOf } from "../plan/efi-image.ts";
import { sha256File } from "../store/verify.ts";
import { digestOfRanges } from "../tree/digest-ranges.ts";
import { readFully } from "../tree/read-fully.ts";

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
      const { start = 0, bytes } = sections.findLast((section) => section.name === name) ?? {};
      const range = { start, end: start + size };
      const isThere =
        bytes === size &&
        `sha256:${await digestOfRanges(handle, [range], signal)}` ===
          (await sha256File(file, signal));
      if (!isThere)
        throw new ToolError(`ukify made a unified kernel image that does not hold ${file}`);
    }
  } finally {
    await handle.close();
  }
}
