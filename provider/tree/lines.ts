import { writeFile } from "node:fs/promises";
import { chunksOf } from "./file-chunks.ts";
import { Room } from "./room.ts";

/** Characters that are written at once: few enough for most texts to be gone before V8 takes them for lasting. */
const pieceLength = 1 << 16;
const newline = 0x0a;

/** Writes texts one after another to a file, without a copy of all of them; `told` hears every piece of bytes, whose memory is used again. */
export async function writeTexts(
  file: string,
  texts: Iterable<string>,
  told: (piece: Buffer) => void = () => {},
): Promise<void> {
  await writeFile(file, pieces(texts, told));
}

function* pieces(texts: Iterable<string>, told: (piece: Buffer) => void): Generator<Buffer> {
  const room = new Room(2 * pieceLength);
  for (const text of joined(texts)) {
    const piece = room.encode(text);
    told(piece);
    yield piece;
  }
}

/** Texts put together until there is enough for one call of a library or of the kernel, which costs more than a short text. */
export function* joined(texts: Iterable<string>): Generator<string> {
  let waiting: string[] = [];
  let length = 0;
  for (const text of texts) {
    waiting.push(text);
    length += text.length;
    if (length < pieceLength) continue;
    yield waiting.join("");
    waiting = [];
    length = 0;
  }
  if (length > 0) yield waiting.join("");
}

/** The lines of a file of UTF-8 in order, without their ends; what follows the last end of a line is one too. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  for await (const chunk of chunksOf(file)) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      if (end < 0) break;
      const line = chunk.subarray(start, end);
      yield begun.length === 0 ? line.toString() : Buffer.concat([...begun, line]).toString();
      begun = [];
      start = end + 1;
    }
    // A chunk's memory is used again.
    if (start < chunk.length) begun.push(Buffer.from(chunk.subarray(start)));
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString();
}
