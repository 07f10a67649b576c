import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { ContentError } from "../errors.ts";
import { memberPath } from "../tree/member-path.ts";
import { tarEnd, tarHeader, tarPadding } from "../tree/tar-writer.ts";
import type { LayerMember } from "../tree/types.ts";
import type { MachineFile } from "./machine-file.ts";

/** Writes a layer of added files; `entries` say where in it each content lies, as an index of it would. */
export async function writeLayer(
  files: readonly MachineFile[],
  mtime: number,
  path: string,
): Promise<{ digest: string; entries: LayerMember[] }> {
  const out = new HashedFile(await open(path, "wx"));
  try {
    const entries: LayerMember[] = [];
    for (const file of files) entries.push(await writeMember(file, mtime, out));
    await out.put(tarEnd);
    return { digest: out.digest(), entries };
  } finally {
    await out.handle.close();
  }
}

async function writeMember(
  { content = new Uint8Array(), from, ...rest }: MachineFile,
  mtime: number,
  out: HashedFile,
): Promise<LayerMember> {
  const entry = { ...rest, path: memberPath(rest.path), mtime, mtimeNs: 0 };
  const size = from === undefined ? content.length : (await stat(from)).size;
  await out.put(tarHeader({ ...entry, size }));
  if (size === 0) return { ...entry, size: entry.type === "symlink" ? entry.target!.length : 0 };
  const offset = out.length;
  const hash = createHash("sha256");
  for await (const chunk of from === undefined ? [content] : createReadStream(from)) {
    hash.update(chunk);
    await out.put(chunk);
  }
  if (out.length - offset !== size)
    throw new ContentError(`The file for "/${rest.path}" changed while it was read: ${from}`);
  await out.put(tarPadding(size));
  const digest = `sha256:${hash.digest("hex")}`;
  return { ...entry, size, digest, segments: [[0, offset, size]] };
}

class HashedFile {
  readonly handle: FileHandle;
  readonly #hash = createHash("sha256");
  length = 0;
  constructor(handle: FileHandle) {
    this.handle = handle;
  }
  async put(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    await this.handle.writeFile(bytes); // all of it, where write may stop short
    this.length += bytes.length;
  }
  digest(): string {
    return `sha256:${this.#hash.digest("hex")}`;
  }
}
