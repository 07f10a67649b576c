import type { OsRelease } from "./os-release.ts";

/** What systemd-boot starts by itself, and how long it waits before. */
export interface SystemdBootConfig {
  /** File of the entry, without its folder. */
  readonly defaultFile: string;
  readonly timeoutSeconds: number;
}

/** An entry of systemd-boot. */
export interface SystemdBootEntry {
  readonly title: string;
  /** Place in the menu, from 0. */
  readonly index: number;
  readonly options: string;
  readonly kernelPath: string;
  readonly initrdPath?: string | undefined;
}

/** The text of loader.conf (loader.conf(5)). */
export function loaderConfig({ defaultFile, timeoutSeconds }: SystemdBootConfig): string {
  return `default ${defaultFile}\ntimeout ${timeoutSeconds}\n`;
}

/** The text of an entry (Boot Loader Specification, type 1). */
export function loaderEntry(entry: SystemdBootEntry): string {
  const { title, index, options, kernelPath, initrdPath } = entry;
  const lines = [
    `title ${kept(title)}`,
    `sort-key ${sortKey(index)}`,
    `linux ${kernelPath}`,
    ...(initrdPath === undefined ? [] : [`initrd ${initrdPath}`]),
    `options ${kept(options)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** A value that systemd-boot takes as it is: where one begins and ends with a quote, it takes both away. */
function kept(value: string): string {
  return /^"(.*")?$/.test(value) ? `"${value}"` : value;
}

/** What a UKI says that it is: systemd-boot shows PRETTY_NAME, and sorts by IMAGE_ID (systemd-boot(7), os-release(5)). */
export function ukiOsRelease(osRelease: OsRelease, title: string, index: number): string {
  const fields = {
    ID: osRelease.id || "linux",
    VERSION_ID: osRelease.versionId,
    PRETTY_NAME: title,
    IMAGE_ID: sortKey(index),
  };
  return Object.entries(fields)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${value.replace(/["\\$`]/g, "\\$&")}"\n`)
    .join("");
}

function sortKey(index: number): string {
  return `entry-${String(index).padStart(2, "0")}`;
}
