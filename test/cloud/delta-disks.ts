import type { Context } from "../../provider/resource.ts";
import { commitDisk, noise, type Place } from "./machine.ts";

const MiB = 1024 * 1024;

/** How a disk differs from the first of its line. */
export interface Change {
  /** How much data it has beside the change. */
  readonly dataMiB?: number;
  readonly diskMiB?: number;
}

/** The first disk of a line: data, and a file that the next one no longer has. */
export async function firstDisk(ctx: Context, { dataMiB = 12, diskMiB = 64 }: Change = {}) {
  return commitDisk(ctx, diskMiB * MiB, [
    ...data(dataMiB),
    [goneAt(dataMiB), noise("gone", 300_000)],
  ]);
}

/** The next one: 1,000,000 bytes in ten places are others, a file is gone, and it may be larger. */
export async function laterDisk(ctx: Context, { dataMiB = 12, diskMiB = 64 }: Change = {}) {
  const changed = Array.from({ length: 10 }, (_, i): Place => {
    return [MiB + 4000 + i * Math.floor((dataMiB * MiB) / 10), noise(`later ${i}`, 100_000)];
  });
  return commitDisk(ctx, diskMiB * MiB, [...data(dataMiB), ...changed]);
}

/** Where the first disk has the 300,000 bytes that the next one has not. */
export const goneAt = (dataMiB: number) => (dataMiB + 20) * MiB + 512;

function data(dataMiB: number): Place[] {
  return [
    [0, noise("boot", 440)],
    [MiB, noise("data", dataMiB * MiB)],
  ];
}
