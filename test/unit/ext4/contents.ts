import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Entry } from "../../../provider/tree/types.ts";

/** Digest under which {@link sourceBytes} stands in trees. */
export const source = `sha256:${"5".repeat(64)}`;

/** 8 MiB in which no two places are alike; files of made-up trees take their contents from it. */
export const sourceBytes = Buffer.alloc(8 * 2 ** 20);
for (let i = 0; i < sourceBytes.length; i += 32) {
  createHash("sha256").update(`${i}`).digest().copy(sourceBytes, i);
}

type Segments = NonNullable<Entry["segments"]>;

/** A file's whole content, holes as zeros. */
export function contentOf(size: number, segments: Segments): Buffer {
  const bytes = Buffer.alloc(size);
  for (const [at, offset, length] of segments) sourceBytes.copy(bytes, at, offset, offset + length);
  return bytes;
}

/** `sha256:…` of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Runs work in a temporary folder that holds the source, and removes it. */
export async function inFolder<T>(
  work: (folder: string, sourcePath: (source: string) => string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-ext4-"));
  try {
    await writeFile(join(folder, "source"), sourceBytes);
    return await work(folder, () => join(folder, "source"));
  } finally {
    await rm(folder, { recursive: true });
  }
}
