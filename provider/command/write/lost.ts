import { printable } from "../../tree/shown-name.ts";
import { openVolume } from "../image/open-volume.ts";
import { region } from "../image/region.ts";
import { readPartitionMap } from "../image/table.ts";
import { inBytes } from "../print/amounts.ts";
import { openDisk } from "./open-disk.ts";
import type { Target } from "./target.ts";

/** What is on a target now and will be gone, a line for each part. */
export async function whatIsLost(target: Target): Promise<string[]> {
  const source = await openDisk(target).catch(() => undefined);
  if (!source) return ["what is on it, which you may not read"];
  try {
    const lines: string[] = [];
    // What is damaged can be written over all the same.
    const whole = await openVolume(source).catch(() => undefined);
    if (whole) lines.push(named("all of it", whole.sizeBytes, whole));
    const map = await readPartitionMap(source).catch(() => undefined);
    for (const { number, name, offsetBytes, sizeBytes } of map?.partitions ?? []) {
      const volume = await openVolume(region(source, offsetBytes, sizeBytes)).catch(
        () => undefined,
      );
      const label = name ? ` "${printable(Buffer.from(name).toString("latin1"))}"` : "";
      lines.push(named(`partition ${number}${label}`, sizeBytes, volume));
    }
    return lines.length > 0 ? lines : ["no partition table and no filesystem that is known here"];
  } finally {
    await source.close();
  }
}

function named(
  what: string,
  sizeBytes: number,
  volume: { type: string; label: string; usedBytes?: number } | undefined,
): string {
  const label = volume?.label ? ` "${printable(volume.label)}"` : "";
  const used = volume?.usedBytes === undefined ? "" : `, ${inBytes(volume.usedBytes)} used`;
  return `${what}, ${inBytes(sizeBytes)}${volume ? `: ${volume.type}${label}${used}` : ""}`;
}
