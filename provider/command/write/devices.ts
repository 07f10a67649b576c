import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Uses, usesBelow } from "./uses.ts";

/** A disk of this machine. */
export interface Device {
  /** Of the kernel's: `sdb`. */
  readonly name: string;
  /** `major:minor` of its node in /dev. */
  readonly number: string;
  /** Another one for each disk or medium that was ever put in since the machine started, which a name is not; empty before Linux 5.15. */
  readonly sequence: string;
  /** Vendor and model, as the disk itself says; somebody else's text. */
  readonly model: string;
  readonly sizeBytes: number;
  /** In what the disk counts, and so does its partition table. */
  readonly sectorBytes: number;
  /** It can be pulled out: a stick, a card, a disk on USB. */
  readonly removable: boolean;
  readonly readOnly: boolean;
  /** Where it or a part of it is mounted, or what else uses it (`swap`, `dm-0`), and what uses that. */
  readonly uses: readonly string[];
  /** Path that means the same disk whatever its name: `/dev/disk/by-id/…`. */
  readonly id?: string;
  /** Names of its partitions. */
  readonly partitions: readonly string[];
}

/** All disks with a medium in them, by name, from /sys and /proc below a root: of a machine `/`. Loop devices and their like are no disks. */
export async function readDevices(root = "/"): Promise<Device[]> {
  const names = (await readdir(join(root, "sys/block")).catch(() => [])).sort();
  const uses = await usesBelow(root);
  const ids = await idsBelow(join(root, "dev/disk/by-id"));
  const devices: Device[] = [];
  for (const name of names) {
    const device = await readDevice(name, { root, uses, id: ids.get(name) });
    if (device) devices.push(device);
  }
  return devices;
}

async function readDevice(
  name: string,
  { root, uses, id }: { root: string; uses: Uses; id: string | undefined },
): Promise<Device | undefined> {
  const folder = join(root, "sys/block", name);
  const value = async (file: string) =>
    (await readFile(join(folder, file), "utf8").catch(() => "")).trim();
  const place = await realpath(folder);
  const sizeBytes = Number(await value("size")) * 512;
  if (place.includes("/devices/virtual/") || !sizeBytes) return undefined;
  const partitions = [];
  for (const sub of (await readdir(folder)).sort())
    if (await value(`${sub}/partition`)) partitions.push(sub);
  const model = ["vendor", "model", "name"].map((file) => value(`device/${file}`));
  return {
    name,
    number: await value("dev"),
    sequence: await value("diskseq"),
    model: (await Promise.all(model)).filter(Boolean).join(" "),
    sizeBytes,
    sectorBytes: Number(await value("queue/logical_block_size")) || 512,
    removable: (await value("removable")) === "1" || isPlugged(place, await value("device/type")),
    readOnly: (await value("ro")) === "1",
    uses: await uses(name, partitions),
    partitions,
    ...(id && { id }),
  };
}

/** A disk on USB, or a card; the same bus has chips that are soldered in, whose type is MMC. */
function isPlugged(place: string, type: string): boolean {
  return /\/usb\d/.test(place) || (/\/mmc\d/.test(place) && type.startsWith("SD"));
}

/** A stable path for each whole disk; where there are several, the first. */
async function idsBelow(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const link of (await readdir(folder).catch(() => [])).sort()) {
    const target = await readlink(join(folder, link)).catch(() => "");
    const name = basename(target);
    if (name && !found.has(name)) found.set(name, `/dev/disk/by-id/${link}`);
  }
  return found;
}
