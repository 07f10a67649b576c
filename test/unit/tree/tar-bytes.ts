import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A header block written by hand, independently of the writer under test. */
export function header(
  name: string,
  fields: {
    type?: string;
    size?: number | Buffer;
    mtime?: number | Buffer;
    mode?: number;
    uid?: number | Buffer;
    link?: string;
    magic?: string;
    prefix?: string;
    device?: [number, number];
    raw?: (block: Buffer) => void;
  } = {},
): Buffer {
  const block = Buffer.alloc(512);
  const number = (value: number | Buffer, at: number, length: number) => {
    if (typeof value !== "number") value.copy(block, at);
    else block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
  };
  block.write(name, 0, 100, "latin1");
  number(fields.mode ?? 0o644, 100, 8);
  number(fields.uid ?? 0, 108, 8);
  number(0, 116, 8);
  number(fields.size ?? 0, 124, 12);
  number(fields.mtime ?? 0, 136, 12);
  block.write(fields.type ?? "0", 156, "latin1");
  block.write(fields.link ?? "", 157, 100, "latin1");
  block.write(fields.magic ?? "ustar\x0000", 257, "latin1");
  if (fields.device) {
    number(fields.device[0], 329, 8);
    number(fields.device[1], 337, 8);
  }
  block.write(fields.prefix ?? "", 345, 155, "latin1");
  fields.raw?.(block);
  block.fill(" ", 148, 156);
  const sum = block.reduce((a, b) => a + b, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** Content padded to whole blocks. */
export function body(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string, "latin1");
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** A file member. */
export function file(name: string, content: string | Buffer, fields = {}): Buffer {
  const size = Buffer.from(content as string, "latin1").length;
  return Buffer.concat([header(name, { size, ...fields }), body(content)]);
}

/** A PAX header (type x, or g) with these records. */
export function pax(records: [string, string][], type = "x"): Buffer {
  const text = records
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`;
      let length = rest.length + 1;
      while (String(length).length + rest.length !== length) length++;
      return `${length}${rest}`;
    })
    .join("");
  return file("PaxHeaders/x", text, { type });
}

/** An archive of these parts with its two closing blocks. */
export function archive(...parts: Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** Chunks of a given size, to cut every structure in two. */
export async function* chunksOf(bytes: Buffer, size = 4 << 20): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Runs work with a file of these bytes in a folder of its own. */
export async function withFile<T>(bytes: Buffer, work: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "tree-"));
  try {
    const path = join(folder, "layer.tar");
    await writeFile(path, bytes);
    return await work(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
