import { apkPackages } from "../packages/apk.ts";
import { debPackages } from "../packages/deb.ts";
import type { InstalledPackage } from "../packages/package.ts";
import { rpmPackages } from "../packages/rpm.ts";
import { entriesByPath, readTreeFile } from "../tree/read-file.ts";
import type { SourcePath, Tree } from "../tree/types.ts";

/** The package databases of a tree. */
export interface PackageDatabase {
  /** Sorted by manager, name, architecture and version. */
  readonly packages: readonly InstalledPackage[];
  /** Databases that are there and are not read, such as those of older rpms. */
  readonly unread: readonly string[];
}

const DPKG_STATUS = "var/lib/dpkg/status";
const APK_INSTALLED = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];
const RPM_SQLITE = ["usr/lib/sysimage/rpm/rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite"];
const UNREAD = [
  "var/lib/rpm/Packages",
  "var/lib/rpm/Packages.db",
  "usr/lib/sysimage/rpm/Packages.db",
  "var/lib/pacman/local/ALPM_DB_VERSION",
];

/** Databases of full desktops have a few MiB. */
const databaseBytes = 256 << 20;

/** Reads what the package managers of a tree say is installed, without running anything of it. */
export async function readPackages(tree: Tree, sourcePath: SourcePath): Promise<PackageDatabase> {
  const entries = entriesByPath(tree);
  const packages: InstalledPackage[] = [];
  const read = (path: string) => readText(tree, path, sourcePath);
  for (const path of [DPKG_STATUS, ...statusFiles(tree)])
    packages.push(...debPackages((await read(path)) ?? ""));
  for (const path of APK_INSTALLED)
    packages.push(...apkPackages((await read(path)) ?? "").map((found) => found.package));
  packages.push(...(await readRpm(tree, sourcePath)).map((found) => found.package));
  const unread = [...UNREAD, ...RPM_SQLITE.filter((path) => hasLog(tree, path))];
  return {
    packages: packages.sort(byIdentity),
    unread: unread.filter((path) => entries.has(path)),
  };
}

/** Paragraphs of dpkg's status as a file for each package, as distroless images have them. */
export function statusFiles(tree: Tree): string[] {
  return [...entriesByPath(tree).keys()]
    .filter((path) => /^var\/lib\/dpkg\/status\.d\/[^/]+$/.test(path) && !path.endsWith(".md5sums"))
    .sort();
}

/** apk's databases with the files of each package; empty where there is none. */
export async function readApk(tree: Tree, sourcePath: SourcePath) {
  const found: ReturnType<typeof apkPackages> = [];
  for (const path of APK_INSTALLED)
    found.push(...apkPackages((await readText(tree, path, sourcePath)) ?? ""));
  return found;
}

/** rpm's databases with the files of each package; empty where there is none, or not all of it lies in the one file. */
export async function readRpm(tree: Tree, sourcePath: SourcePath) {
  const found: ReturnType<typeof rpmPackages> = [];
  for (const path of RPM_SQLITE) {
    // The one place is often a symbolic link to the other.
    if (!entriesByPath(tree).has(path) || hasLog(tree, path)) continue;
    const bytes = await readTreeFile(tree, path, sourcePath, databaseBytes);
    if (bytes) found.push(...rpmPackages(bytes));
  }
  return found;
}

/** SQLite keeps changes beside a database until somebody closes it. */
function hasLog(tree: Tree, path: string): boolean {
  return (entriesByPath(tree).get(`${path}-wal`)?.size ?? 0) > 0;
}

/** A text of a tree as UTF-8; undefined when no file is there. */
export async function readText(
  tree: Tree,
  path: string,
  sourcePath: SourcePath,
): Promise<string | undefined> {
  return (await readTreeFile(tree, path, sourcePath, databaseBytes))?.toString();
}

function byIdentity(a: InstalledPackage, b: InstalledPackage): number {
  const key = (p: InstalledPackage) => [p.manager, p.name, p.architecture, p.version].join("\0");
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}
