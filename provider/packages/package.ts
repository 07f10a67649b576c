/** A package that is installed in a tree. */
export interface InstalledPackage {
  readonly manager: "deb" | "apk" | "rpm";
  readonly name: string;
  readonly version: string;
  /** Such as `amd64` or `all`; empty where the database does not say. */
  readonly architecture: string;
  /** The source package that it was built from. */
  readonly sourceName: string;
  readonly sourceVersion: string;
}

/** What a package is told apart by. */
export type Package = Pick<InstalledPackage, "name" | "version">;

/** Names and versions alone, sorted by name. */
export function inBrief(packages: readonly InstalledPackage[]): Package[] {
  return packages
    .map(({ name, version }) => ({ name, version }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The packages that came, or came in another version. */
export function newPackages(before: readonly Package[], after: readonly Package[]): Package[] {
  const known = new Set(before.map(({ name, version }) => `${name} ${version}`));
  return after.filter(({ name, version }) => !known.has(`${name} ${version}`));
}
