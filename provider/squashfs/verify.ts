import { createHash } from "node:crypto";
import { ToolError } from "../errors.ts";
import { ByteReader } from "../tree/byte-reader.ts";
import { printable, shownName } from "../tree/shown-name.ts";
import type { Entry } from "../tree/types.ts";
import { dataMark, type ExpectedLine, expectedLines } from "./expected.ts";

const pieceBytes = 1 << 20;

/**
 * Compares what `unsquashfs -pf -` writes with the entries that were packed: every name, kind, mode, owner, time, device, target and link,
 * and then every file's bytes by their digest.
 */
export async function compareSquashfs(
  output: AsyncIterable<Buffer>,
  entries: readonly Entry[],
): Promise<void> {
  const reader = new ByteReader(output);
  const lines = expectedLines(entries);
  for (const line of lines) {
    await demand(line, reader);
    if (line.file) await reader.exactly(2);
  }
  await demand({ path: "", text: dataMark }, reader);
  for (const { path, file } of lines) if (file) await demandBytes(path, file, reader);
  if (!(await reader.ended())) throw lost("more is in it than the tree holds");
}

async function demand({ path, text }: ExpectedLine, reader: ByteReader): Promise<void> {
  const found: Buffer[] = [];
  const expected = Buffer.from(text, "latin1");
  for (let at = 0; at < expected.length; ) {
    if (await reader.ended()) break;
    const piece = Buffer.from(await reader.some(expected.length - at));
    found.push(piece);
    at += piece.length;
  }
  const said = Buffer.concat(found);
  if (said.equals(expected)) return;
  throw lost(
    `${shownName(`/${path}`)} should read "${printable(text)}" but reads "${printable(said.toString("latin1"))}"`,
  );
}

async function demandBytes(path: string, file: Entry, reader: ByteReader): Promise<void> {
  const hash = createHash("sha256");
  for (let left = file.size; left > 0; ) {
    if (await reader.ended()) throw lost(`${shownName(`/${path}`)} is cut off`);
    const piece = await reader.some(Math.min(left, pieceBytes));
    hash.update(piece);
    left -= piece.length;
  }
  const digest = `sha256:${hash.digest("hex")}`;
  if (file.digest !== undefined && file.digest !== digest)
    throw lost(`${shownName(`/${path}`)} has other bytes (${digest}, not ${file.digest})`);
}

function lost(what: string): ToolError {
  return new ToolError(`mksquashfs did not pack the tree as it is: ${what}`);
}
