import type { InstalledPackage } from "./package.ts";

/** The packages of apk's database with the files of each (wiki.alpinelinux.org/wiki/Apk_spec, "installed" database). */
export function apkPackages(
  installed: string,
): { readonly package: InstalledPackage; readonly files: readonly string[] }[] {
  return installed.split(/\n{2,}/).flatMap((paragraph) => {
    const files: string[] = [];
    const fields = new Map<string, string>();
    let directory = "";
    for (const line of paragraph.split("\n")) {
      const [key, value] = [line.slice(0, 1), line.slice(2)];
      if (line[1] !== ":") continue;
      if (key === "F") directory = value;
      else if (key === "R") files.push(directory === "" ? value : `${directory}/${value}`);
      else fields.set(key, value);
    }
    const name = fields.get("P");
    const version = fields.get("V");
    if (!name || !version) return [];
    const found: InstalledPackage = {
      manager: "apk",
      name,
      version,
      architecture: fields.get("A") ?? "",
      sourceName: fields.get("o") ?? name,
      sourceVersion: version,
    };
    return [{ package: found, files }];
  });
}
