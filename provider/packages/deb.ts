import type { InstalledPackage } from "./package.ts";

/** Reads the packages that a dpkg status file says are installed (deb-control(5), dpkg-query(1)). */
export function debPackages(status: string): InstalledPackage[] {
  const found: InstalledPackage[] = [];
  for (const paragraph of status.split(/\n{2,}/)) {
    const fields = fieldsOf(paragraph);
    const name = fields.get("Package");
    const version = fields.get("Version");
    // Distroless images keep a paragraph a file, without a status: what is there is installed.
    const state = fields.get("Status") ?? "install ok installed";
    if (!name || !version || !state.endsWith(" installed")) continue;
    found.push({
      manager: "deb",
      name,
      version,
      architecture: fields.get("Architecture") ?? "",
      ...sourceOf(fields.get("Source") ?? "", name, version),
    });
  }
  return found;
}

/** Fields of one paragraph; lines that go on with a field (they begin with a space) are passed over. */
function fieldsOf(paragraph: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of paragraph.split("\n")) {
    const [, name, value = ""] = /^([A-Za-z][\w-]*):[ \t]*(.*)$/.exec(line) ?? [];
    if (name) fields.set(name, value.trim());
  }
  return fields;
}

/** `Source: glibc (2.36-9)`; without it the source is called and counted like the package. */
function sourceOf(source: string, name: string, version: string) {
  const [, sourceName = name, sourceVersion = version] =
    /^(\S+)(?:\s+\(([^)]+)\))?/.exec(source) ?? [];
  return { sourceName, sourceVersion };
}
