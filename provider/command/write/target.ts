import { realpath, stat } from "node:fs/promises";
import { basename, dirname, normalize } from "node:path";
import { InputError } from "../../errors.ts";
import { printable } from "../../tree/shown-name.ts";
import { inBytes } from "../print/amounts.ts";
import type { Device } from "./devices.ts";
import { usesOfFile } from "./uses.ts";

/** Where an image is written to. */
export interface Target {
  /** What the user is to type. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** The disk as it was when it was shown; a file has none. */
  readonly device?: Device;
  /** What it is, in words. */
  readonly words: string;
  /** The argument means this disk whatever else is plugged in. */
  readonly isStable: boolean;
}

/** Finds what an argument names, and refuses what is no removable disk, or is in use. */
export async function findTarget(
  argument: string,
  devices: readonly Device[],
  { toFile }: { toFile: boolean },
): Promise<Target> {
  const path = await realpath(argument).catch(() => argument);
  const found = await stat(path).catch(() => undefined);
  const refuse = (reason: string) => new InputError([{ property: argument, reason }]);
  const device = devices.find(({ name }) => path === `/dev/${name}`);
  if (toFile) {
    if (!found?.isFile())
      throw refuse(
        "is no file; --to-file writes to one that is there and large enough (truncate -s)",
      );
    const uses = await usesOfFile(path);
    if (uses.length > 0) throw refuse(`is held by ${uses.join(", ")}: stop that first`);
    const name = basename(path);
    const words = `the file ${path}, ${inBytes(found.size)}`;
    return { name, path, words, isStable: true, sizeBytes: found.size };
  }
  const whole = devices.find(({ partitions }) => partitions.some((p) => path === `/dev/${p}`));
  if (whole) throw refuse(`is a partition; name its disk, /dev/${whole.name}`);
  if (found?.isFile()) throw refuse("is a file and no disk; --to-file writes to it all the same");
  if (!device || !(found?.isBlockDevice() ?? true))
    throw refuse("is no disk of this machine (bootwright write IMAGE lists them)");
  const why = refusal(device);
  if (why) throw refuse(why);
  return {
    name: device.name,
    path,
    sizeBytes: device.sizeBytes,
    device,
    words: `${path}, ${device.model || "a disk without a name"}, ${inBytes(device.sizeBytes)}`,
    isStable: isStable(argument),
  };
}

/** Whether a path means one disk whatever it is called: a link of /dev/disk/by-id, and no way out of there. */
export function isStable(argument: string): boolean {
  return dirname(normalize(argument)) === "/dev/disk/by-id";
}

const systemPoints = /^\/(boot|boot\/efi|efi|home|usr|var)?$/;

/** Why a disk is not written to; undefined where it may be. */
export function refusal({ removable, readOnly, uses }: Device): string | undefined {
  const named = printable(uses.join(", "));
  if (uses.some((use) => systemPoints.test(use) || use === "swap"))
    return `holds this system (${named})`;
  if (!removable) return "is no removable disk: only sticks, cards and disks on USB are written to";
  const mounts = uses.filter((use) => use.startsWith("/"));
  if (mounts.length > 0) return `is mounted: umount ${printable(mounts.join(" "))}`;
  if (uses.length > 0) return `is held by ${named}: stop that first`;
  if (readOnly) return "is read-only: has it a switch?";
  return undefined;
}

/** Refuses a disk that is not the one that was shown any more: names go to what is plugged in next. */
export function demandSame(shown: Device, now: Device | undefined): void {
  const keys = ["number", "sequence", "sizeBytes", "model", "id"] as const;
  const other = !now || keys.some((key) => now[key] !== shown[key]);
  const why = other ? "is another disk than the one that was shown" : refusal(now);
  if (why) throw new InputError([{ property: `/dev/${shown.name}`, reason: why }]);
}

/** What has to fit on a target. */
export interface Fitting {
  readonly name: string;
  readonly sizeBytes: number;
  readonly hasPartitions: boolean;
}

/** Refuses an image that is larger than its target, is none, or whose partitions nobody would find there. */
export function demandRoom({ name, sizeBytes, hasPartitions }: Fitting, target: Target): void {
  const refuse = (reason: string) => new InputError([{ property: name, reason }]);
  if (sizeBytes === 0) throw refuse("is empty");
  if (sizeBytes > target.sizeBytes)
    throw refuse(
      `has ${sizeBytes} bytes (${inBytes(sizeBytes)}) but ${target.path} has ${target.sizeBytes} (${inBytes(target.sizeBytes)})`,
    );
  const { sectorBytes = 512 } = target.device ?? {};
  if (hasPartitions && sectorBytes !== 512)
    throw refuse(
      `counts its partitions in sectors of 512 bytes, but ${target.path} has sectors of ${sectorBytes}: no machine would find them`,
    );
}
