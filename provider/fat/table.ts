import { fatBits } from "../plan/fat-geometry.ts";
import type { FatType } from "../plan/fat-type.ts";

/** The used beginning of a table: chains of neighbouring clusters from cluster 2 on, each so many clusters long. */
export function encodeTable(type: FatType, chains: readonly number[]): Buffer {
  const bits = fatBits(type);
  const end = 2 + chains.reduce((sum, length) => sum + length, 0);
  const bytes = Buffer.alloc(Math.ceil((end * bits) / 8));
  const put = entryWriter(bytes, bits);
  const lastOfChain = type === "fat32" ? 0x0fff_ffff : 2 ** bits - 1;
  // The first entry holds the medium; the second says that nothing is wrong with the filesystem.
  put(0, type === "fat32" ? 0x0fff_fff8 : 2 ** bits - 8);
  put(1, lastOfChain);
  let cluster = 2;
  for (const length of chains)
    for (let left = length; left > 0; left--, cluster++)
      put(cluster, left === 1 ? lastOfChain : cluster + 1);
  return bytes;
}

function entryWriter(bytes: Buffer, bits: number): (cluster: number, value: number) => void {
  if (bits === 32) return (cluster, value) => bytes.writeUInt32LE(value, cluster * 4);
  if (bits === 16) return (cluster, value) => bytes.writeUInt16LE(value, cluster * 2);
  return (cluster, value) => {
    const at = cluster + (cluster >> 1);
    const shift = (cluster & 1) * 4;
    const shifted = value << shift;
    bytes[at] = (bytes[at] ?? 0) | (shifted & 0xff);
    bytes[at + 1] = (bytes[at + 1] ?? 0) | (shifted >> 8);
  };
}
