import { realpath, stat } from "node:fs/promises";
import { basename } from "node:path";
import { InputError } from "../../errors.ts";
import { inBytes } from "../print/amounts.ts";
import type { Device } from "./devices.ts";

/** Where an image is written to. */
export interface Target {
  /** What the user is to type. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly isFile: boolean;
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
    const name = basename(path);
    const words = `the file ${path}, ${inBytes(found.size)}`;
    return { name, path, words, isFile: true, isStable: true, sizeBytes: found.size };
  }
  const whole = devices.find(({ partitions }) => partitions.some((p) => path === `/dev/${p}`));
  if (whole) throw refuse(`is a partition; name its disk, /dev/${whole.name}`);
  if (found?.isFile()) throw refuse("is a file and no disk; --to-file writes to it all the same");
  if (!device) throw refuse("is no disk of this machine (bootwright write IMAGE lists them)");
  const why = refusal(device);
  if (why) throw refuse(why);
  return {
    name: device.name,
    path,
    sizeBytes: device.sizeBytes,
    isFile: false,
    words: `${path}, ${device.model || "a disk without a name"}, ${inBytes(device.sizeBytes)}`,
    isStable: argument.startsWith("/dev/disk/by-id/"),
  };
}

const systemPoints = /^\/(boot|boot\/efi|efi|home|usr|var)?$/;

/** Why a disk is not written to; undefined where it may be. */
export function refusal({ removable, readOnly, uses }: Device): string | undefined {
  if (uses.some((use) => systemPoints.test(use) || use === "swap"))
    return `holds this system (${uses.join(", ")})`;
  if (!removable) return "is no removable disk: only sticks, cards and disks on USB are written to";
  const mounts = uses.filter((use) => use.startsWith("/"));
  if (mounts.length > 0) return `is mounted: umount ${mounts.join(" ")}`;
  if (uses.length > 0) return `is held by ${uses.join(", ")}: stop that first`;
  if (readOnly) return "is read-only: has it a switch?";
  return undefined;
}

/** Refuses an image that is larger than its target, or is none. */
export function demandRoom(image: { name: string; sizeBytes: number }, target: Target): void {
  if (image.sizeBytes === 0) throw new InputError([{ property: image.name, reason: "is empty" }]);
  if (image.sizeBytes > target.sizeBytes)
    throw new InputError([
      {
        property: image.name,
        reason: `has ${image.sizeBytes} bytes (${inBytes(image.sizeBytes)}) but ${target.path} has ${target.sizeBytes} (${inBytes(target.sizeBytes)})`,
      },
    ]);
}
