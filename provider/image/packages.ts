/** An installed package. */
export interface Package {
  readonly name: string;
  readonly version: string;
}

/** Reads the packages that a dpkg status file says are installed, sorted by name (deb-control(5), dpkg-query(1)). */
export function parseDpkgStatus(text: string): Package[] {
  const found: Package[] = [];
  for (const paragraph of text.split(/\n{2,}/)) {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(paragraph)?.[1]?.trim();
    const [name, version, status] = [field("Package"), field("Version"), field("Status")];
    if (name && version && status?.endsWith(" installed")) found.push({ name, version });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The packages that came, or came in another version. */
export function newPackages(before: readonly Package[], after: readonly Package[]): Package[] {
  const known = new Set(before.map(({ name, version }) => `${name} ${version}`));
  return after.filter(({ name, version }) => !known.has(`${name} ${version}`));
}
