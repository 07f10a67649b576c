import type { BigIntStats } from "node:fs";
import { lstat, open, readdir, readlink, realpath } from "node:fs/promises";
import { ContentError } from "../../errors.ts";
import { shownName } from "../shown-name.ts";
import { tarEnd, tarHeader, tarPadding } from "../tar-writer.ts";
import { isWhiteout, joinPath } from "../tree-path.ts";
import type { EntryType } from "../types.ts";
import { noConfig } from "./image-config.ts";
import { LayerWriter } from "./layer-writer.ts";
import { naming } from "./source.ts";
import type { Ingested, IngestOptions } from "./types.ts";

/** The last time that a plain header can say; the merge clamps it to `sourceDateEpoch`. */
const CLAMPED = 2 ** 33 - 1;

/**
 * Takes a folder as an image of one layer. Names are sorted by their bytes, all is owned by 0:0 and has the time
 * `sourceDateEpoch`: owner and times of a checkout are accidents. Permission bits, hard links, symlinks and devices
 * are kept; extended attributes are not read (a tar keeps them), and sockets are refused.
 */
export async function ingestDirectory(folder: string, options: IngestOptions): Promise<Ingested> {
  return naming("folder", folder, async () => {
    const writer = new LayerWriter(options);
    const written = await writer.write(tarOf(await realpath(folder, "buffer")));
    const file = await writer.finish(written);
    return { layers: [{ digest: written.digest, file, inPlace: false }], config: noConfig };
  });
}

async function* tarOf(root: Buffer): AsyncGenerator<Buffer> {
  const seen = new Map<string, string>();
  // Depth first, with the names of a directory in order.
  for (const waiting = [""]; waiting.length > 0; ) {
    const path = waiting.pop()!;
    if (isWhiteout(path))
      throw new ContentError(
        `${shownName(path)} has a name by which layers of images delete others`,
        {
          hint: "leave it out",
        },
      );
    const file = Buffer.concat([root, Buffer.from(`/${path}`, "latin1")]);
    const stat = await lstat(file, { bigint: true });
    const type = typeOf(stat, path);
    const inode = `${stat.dev}:${stat.ino}`;
    const linked = type !== "directory" && stat.nlink > 1n ? seen.get(inode) : undefined;
    const size = type === "file" && linked === undefined ? Number(stat.size) : 0;
    const target =
      linked ??
      (type === "symlink" ? (await readlink(file, "buffer")).toString("latin1") : undefined);
    yield tarHeader({
      path,
      type: linked === undefined ? type : "link",
      mode: Number(stat.mode) & 0o7777,
      uid: 0,
      gid: 0,
      mtime: CLAMPED,
      size,
      ...(target !== undefined && { target }),
      ...deviceOf(stat.rdev, type),
    });
    seen.set(inode, path);
    if (size > 0) yield* contentOf(file, size, path);
    if (type === "directory") {
      const names = await readdir(file, "buffer");
      names.sort(Buffer.compare).reverse();
      // One by one: no call takes as many arguments as a directory may have names.
      for (const name of names) waiting.push(joinPath(path, name.toString("latin1")));
    }
  }
  yield tarEnd;
}

function typeOf(stat: BigIntStats, path: string): EntryType {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isCharacterDevice()) return "character";
  if (stat.isBlockDevice()) return "block";
  if (stat.isFIFO()) return "fifo";
  throw new ContentError(`"${path}" is a socket, which no image can hold`);
}

/** Takes a device number apart as glibc's major(3) and minor(3) do. */
function deviceOf(device: bigint, type: EntryType): { major?: number; minor?: number } {
  if (type !== "character" && type !== "block") return {};
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return { major: Number(major), minor: Number(minor) };
}

async function* contentOf(file: Buffer, size: number, path: string): AsyncGenerator<Buffer> {
  const handle = await open(file);
  try {
    let left = size;
    for await (const chunk of handle.createReadStream({
      highWaterMark: 1 << 20,
      autoClose: false,
    })) {
      left -= chunk.length;
      yield chunk;
    }
    if (left !== 0) throw new ContentError(`"${path}" changed while it was read`);
  } finally {
    await handle.close();
  }
  yield tarPadding(size);
}
