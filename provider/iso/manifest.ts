import { apkPackages } from "../packages/apk.ts";
import { debPackages } from "../packages/deb.ts";
import { inBrief, type Package } from "../packages/package.ts";
import { rpmPackages } from "../packages/rpm.ts";

/** Where a package database of a system lies, and who keeps it. */
export interface PackageDatabase {
  readonly manager: "dpkg" | "apk" | "rpm";
  /** Without a leading slash. */
  readonly path: string;
}

/** Databases by the order in which they are looked for. */
export const packageDatabases: readonly PackageDatabase[] = [
  { manager: "dpkg", path: "var/lib/dpkg/status" },
  { manager: "apk", path: "lib/apk/db/installed" },
  { manager: "apk", path: "usr/lib/apk/db/installed" },
  { manager: "rpm", path: "var/lib/rpm/rpmdb.sqlite" },
  { manager: "rpm", path: "var/lib/rpm/Packages.db" },
  { manager: "rpm", path: "usr/lib/sysimage/rpm/rpmdb.sqlite" },
  { manager: "rpm", path: "usr/lib/sysimage/rpm/Packages.db" },
];

/** The installed packages that a database lists, sorted by name. */
export function installedPackages(manager: PackageDatabase["manager"], bytes: Buffer): Package[] {
  if (manager === "dpkg") return inBrief(debPackages(bytes.toString()));
  const read = manager === "apk" ? apkPackages(bytes.toString()) : rpmPackages(bytes);
  return inBrief(read.map((found) => found.package));
}

/** Lines as `dpkg-query --show --showformat='${Package} ${Version}\n'` writes them. */
export function manifestText(packages: readonly Package[]): string {
  return packages.map(({ name, version }) => `${name} ${version}\n`).join("");
}

/** Packages without those of the live medium alone; in their names `*` stands for anything. */
export function withoutLiveOnly(
  packages: readonly Package[],
  liveOnly: readonly string[],
): Package[] {
  const tests = liveOnly.map((pattern) => {
    const source = pattern.split("*").map((part) => part.replace(/[.+]/g, "\\$&"));
    return new RegExp(`^${source.join(".*")}$`);
  });
  return packages.filter(({ name }) => !tests.some((test) => test.test(name)));
}
