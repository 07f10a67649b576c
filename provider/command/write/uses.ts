import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What uses a disk and its partitions: mount points, `swap`, and the devices that stand on it, with what uses those. */
export type Uses = (name: string, partitions: readonly string[]) => Promise<string[]>;

/** Reads what uses what from /sys and /proc below a root. */
export async function usesBelow(root: string): Promise<Uses> {
  const text = (path: string) => readFile(join(root, path), "utf8").catch(() => "");
  const direct = usesReader(await text("proc/self/mountinfo"), await text("proc/swaps"));
  const loops = await loopsBelow(root);
  /** Of LVM, RAID and encryption one device can stand on another. */
  async function of(name: string, folder: string, seen: Set<string>): Promise<void> {
    const holders = await readdir(join(root, folder, "holders")).catch(() => []);
    const found = [
      ...direct(name, (await text(`${folder}/dev`)).trim()),
      ...(loops.get(`/dev/${name}`) ?? []),
      ...holders,
    ].filter((use) => !seen.has(use));
    for (const use of found) seen.add(use);
    for (const use of found)
      if (!use.startsWith("/") && use !== "swap") await of(use, `sys/block/${use}`, seen);
  }
  return async (name, partitions) => {
    const seen = new Set<string>();
    await of(name, `sys/block/${name}`, seen);
    for (const part of partitions) await of(part, `sys/block/${name}/${part}`, seen);
    return [...seen];
  };
}

/** What uses a file as a disk: loop devices and swap space. */
export async function usesOfFile(path: string, root = "/"): Promise<string[]> {
  const swaps = await readFile(join(root, "proc/swaps"), "utf8").catch(() => "");
  const isSwap = swaps.split("\n").some((line) => withoutEscapes(line.split(/\s/)[0]!) === path);
  return [...((await loopsBelow(root)).get(path) ?? []), ...(isSwap ? ["swap"] : [])];
}

/** Loop devices by the path of what they show (loop(4)). */
async function loopsBelow(root: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const name of (await readdir(join(root, "sys/block")).catch(() => [])).sort()) {
    const file = join(root, "sys/block", name, "loop/backing_file");
    const path = (await readFile(file, "utf8").catch(() => "")).replace(/\n$/, "");
    if (path) found.set(path, [...(found.get(path) ?? []), name]);
  }
  return found;
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
