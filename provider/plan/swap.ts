/** Bytes of a page, in which swap is counted on amd64. */
const pageBytes = 4096;
const versionAt = 1024;
const signature = "SWAPSPACE2";

/** The page that makes a partition swap space (linux/swap.h, `union swap_header`); nothing behind it says anything. */
export function swapHeader(sizeBytes: number, uuid: string, label: string): Buffer {
  const page = Buffer.alloc(pageBytes);
  page.writeUInt32LE(1, versionAt);
  page.writeUInt32LE(Math.floor(sizeBytes / pageBytes) - 1, versionAt + 4); // last page
  page.set(Buffer.from(uuid.replaceAll("-", ""), "hex"), versionAt + 12);
  page.write(label, versionAt + 28, 16);
  page.write(signature, pageBytes - signature.length, "latin1");
  return page;
}
