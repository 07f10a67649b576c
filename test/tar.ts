import { sha256 } from "../provider/plan/canonical.ts";
import { memberPath } from "../provider/tree/member-path.ts";
import { type TarHeader, tarEnd, tarHeader, tarPadding } from "../provider/tree/tar-writer.ts";
import type { LayerMember } from "../provider/tree/types.ts";

/** An entry of a tar that is made in memory; `content` of a file, absent for an empty one. */
export type TarEntry = Omit<TarHeader, "size" | "mtimeNs"> & { readonly content?: Uint8Array };

/** Makes a tar of small files in memory; `entries` say where in it each content lies, as an index of it would. */
export function writeTar(entries: readonly TarEntry[]): { bytes: Buffer; entries: LayerMember[] } {
  const parts: Buffer[] = [];
  let length = 0;
  const put = (part: Buffer) => {
    parts.push(part);
    length += part.length;
  };
  const members = entries.map(({ content, ...rest }): LayerMember => {
    const entry = { ...rest, path: memberPath(rest.path), mtimeNs: 0 };
    const bytes = Buffer.from(content ?? []);
    put(tarHeader({ ...entry, size: bytes.length }));
    if (bytes.length === 0)
      return { ...entry, size: entry.type === "symlink" ? entry.target!.length : 0 };
    const offset = length;
    put(bytes);
    put(tarPadding(bytes.length));
    return {
      ...entry,
      size: bytes.length,
      digest: sha256(bytes),
      segments: [[0, offset, bytes.length]],
    };
  });
  put(tarEnd);
  return { bytes: Buffer.concat(parts), entries: members };
}
