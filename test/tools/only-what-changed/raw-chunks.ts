import { open } from "node:fs/promises";

const chunkBytes = 65_536;
const windowBytes = 64 * chunkBytes;

/** How many chunks of 64 KiB two files differ in, read to the end of the longer one; what one of them lacks counts as zeros. */
export async function differingChunks(one: string, other: string): Promise<number> {
  const files = await Promise.all([one, other].map((path) => open(path)));
  const [a, b] = [Buffer.alloc(windowBytes), Buffer.alloc(windowBytes)];
  let differing = 0;
  try {
    const sizes = await Promise.all(files.map(async (file) => (await file.stat()).size));
    for (let at = 0; at < Math.max(...sizes); at += windowBytes) {
      for (const [i, into] of [a, b].entries()) {
        const { bytesRead } = await files[i]!.read(into, 0, windowBytes, at);
        if (bytesRead < Math.min(windowBytes, sizes[i]! - at)) throw new Error("a short read");
        into.fill(0, bytesRead);
      }
      if (a.equals(b)) continue;
      for (let chunk = 0; chunk < windowBytes; chunk += chunkBytes)
        if (a.compare(b, chunk, chunk + chunkBytes, chunk, chunk + chunkBytes) !== 0) differing++;
    }
  } finally {
    for (const file of files) await file.close();
  }
  return differing;
}
