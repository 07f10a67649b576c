import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { basename, join } from "node:path";

/** A disk of this machine. */
export interface Device {
  /** Of the kernel's: `sdb`. */
  readonly name: string;
  /** Vendor and model, as the disk itself says; somebody else's text. */
  readonly model: string;
  readonly sizeBytes: number;
  /** It can be pulled out: a stick, a card, a disk on USB. */
  readonly removable: boolean;
  readonly readOnly: boolean;
  /** Where it or a part of it is mounted, or what else uses it (`swap`, `dm-0`). */
  readonly uses: readonly string[];
  /** Path that means the same disk whatever its name: `/dev/disk/by-id/…`. */
  readonly id?: string;
  /** Names of its partitions. */
  readonly partitions: readonly string[];
}

/** All disks with a medium in them, by name, from /sys and /proc below a root: of a machine `/`. Loop devices and their like are no disks. */
export async function readDevices(root = "/"): Promise<Device[]> {
  const text = (path: string) => readFile(join(root, path), "utf8").catch(() => "");
  const names = (await readdir(join(root, "sys/block")).catch(() => [])).sort();
  const usesOf = usesReader(await text("proc/self/mountinfo"), await text("proc/swaps"));
  const ids = await idsBelow(join(root, "dev/disk/by-id"));
  const devices: Device[] = [];
  for (const name of names) {
    const folder = `sys/block/${name}`;
    const place = await realpath(join(root, folder));
    if (place.includes("/devices/virtual/")) continue;
    const value = async (file: string) => (await text(`${folder}/${file}`)).trim();
    const sizeBytes = Number(await value("size")) * 512;
    if (!sizeBytes) continue;
    const partitions = [];
    for (const sub of await readdir(join(root, folder)))
      if (await value(`${sub}/partition`)) partitions.push(sub);
    const uses: string[] = [];
    for (const part of ["", ...partitions]) {
      uses.push(...usesOf(part || name, await value(join(part, "dev"))));
      uses.push(...(await readdir(join(root, folder, part, "holders")).catch(() => [])));
    }
    const model = [
      await value("device/vendor"),
      await value("device/model"),
      await value("device/name"),
    ];
    const id = ids.get(name);
    devices.push({
      name,
      model: model.filter(Boolean).join(" "),
      sizeBytes,
      removable: (await value("removable")) === "1" || /\/(usb|mmc)\d/.test(place),
      readOnly: (await value("ro")) === "1",
      uses: [...new Set(uses)],
      partitions: partitions.sort(),
      ...(id && { id }),
    });
  }
  return devices;
}

/** What uses a device, by its name and `major:minor`: mounts (proc_pid_mountinfo(5)) and swap space (proc_swaps(5)). */
export function usesReader(
  mountinfo: string,
  swaps: string,
): (name: string, number: string) => string[] {
  const mounts = mountinfo.split("\n").flatMap((line) => {
    const fields = line.split(" ");
    // Of a btrfs the number is nobody's, and only the source says where it lies.
    const source = fields[fields.indexOf("-") + 2] ?? "";
    return fields.length > 6
      ? [{ number: fields[2], source, point: withoutEscapes(fields[4] ?? "") }]
      : [];
  });
  const swapping = swaps.split("\n").map((line) => line.split(/\s/)[0]);
  return (name, number) => [
    ...mounts
      .filter((mount) => mount.number === number || mount.source === `/dev/${name}`)
      .map(({ point }) => point),
    ...(swapping.includes(`/dev/${name}`) ? ["swap"] : []),
  ];
}

/** A space, a tab, a line end and a backslash are written as octal numbers. */
function withoutEscapes(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
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
