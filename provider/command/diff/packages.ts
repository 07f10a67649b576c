import { apkPackages } from "../../packages/apk.ts";
import { debPackages } from "../../packages/deb.ts";
import type { InstalledPackage } from "../../packages/package.ts";
import { readSmall } from "../image/volume.ts";
import type { Filesystem } from "../inspect/look.ts";

/** A package that differs; without `before` it came, without `after` it went. */
export interface PackageChange {
  readonly name: string;
  readonly architecture: string;
  readonly before?: string;
  readonly after?: string;
}

const mostBytes = 256 << 20;

/** Which packages came, went, or have another version, by name. */
export function comparePackages(
  before: readonly InstalledPackage[],
  after: readonly InstalledPackage[],
): PackageChange[] {
  const changes = new Map<
    string,
    { name: string; architecture: string; before?: string; after?: string }
  >();
  for (const [side, packages] of [
    ["before", before],
    ["after", after],
  ] as const)
    for (const { name, architecture, version } of packages) {
      const key = `${name}\0${architecture}`;
      const change = changes.get(key) ?? { name, architecture };
      // Kernels and their like are there in several versions.
      change[side] = change[side] === undefined ? version : `${change[side]}, ${version}`;
      changes.set(key, change);
    }
  return [...changes.values()]
    .filter((change) => change.before !== change.after)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** What the package databases of a filesystem say is installed: dpkg's and apk's. */
export async function packagesOf({
  volume,
  entries = [],
}: Filesystem): Promise<InstalledPackage[]> {
  const found: InstalledPackage[] = [];
  for (const entry of entries) {
    const isDeb =
      entry.path === "var/lib/dpkg/status" ||
      (entry.path.startsWith("var/lib/dpkg/status.d/") && !entry.path.endsWith(".md5sums"));
    const isApk = /^(usr\/)?lib\/apk\/db\/installed$/.test(entry.path);
    if (entry.type !== "file" || !(isDeb || isApk)) continue;
    const text = (await readSmall(volume, entry, mostBytes)).toString();
    found.push(...(isDeb ? debPackages(text) : apkPackages(text).map((apk) => apk.package)));
  }
  return found;
}
