import type { BootEntry } from "./boot-menu.ts";

/** What GRUB shows and starts. */
export interface GrubConfig {
  readonly entries: readonly BootEntry[];
  readonly defaultEntry: number;
  readonly timeoutSeconds: number;
  readonly consoles: readonly string[];
  /** Arguments of the kernel for an entry. */
  readonly argumentsOf: (entry: BootEntry) => string;
  /** Paths in the filesystem of the configuration. */
  readonly kernelPath: string;
  readonly initrdPath?: string | undefined;
}

/** The text of grub.cfg (GRUB manual, "Writing full configuration files directly"). Entries in a row with the same submenu share it. */
export function grubConfig(config: GrubConfig): string {
  const { entries, defaultEntry, timeoutSeconds, consoles } = config;
  const lines = [
    ...serialLines(consoles),
    `set default=${quoted(placeOf(entries, defaultEntry))}`,
    `set timeout=${timeoutSeconds}`,
    ...entries.flatMap((entry, index) => {
      const { submenu } = entry;
      const opens = submenu !== undefined && entries[index - 1]?.submenu !== submenu;
      const closes = submenu !== undefined && entries[index + 1]?.submenu !== submenu;
      return [
        ...(opens ? [`submenu ${quoted(submenu)} --id ${submenuId(index)} {`] : []),
        ...entryLines(config, entry, index),
        ...(closes ? ["}"] : []),
      ];
    }),
  ];
  return `${lines.join("\n")}\n`;
}

/** The configuration inside GRUB itself: finds the filesystem by its UUID, wherever the disk is, and goes on there. */
export function grubEmbedded(filesystemUuid: string, directory: string): string {
  return [
    `search --no-floppy --set=root --fs-uuid ${filesystemUuid}`,
    `set prefix=($root)${directory}`,
    `configfile ${directory}/grub.cfg`,
    "",
  ].join("\n");
}

function entryLines(config: GrubConfig, entry: BootEntry, index: number): string[] {
  const { kernelPath, initrdPath } = config;
  return [
    `menuentry ${quoted(entry.title)} --id ${entryId(index)} {`,
    `  linux ${[kernelPath, ...words(config.argumentsOf(entry))].join(" ")}`,
    ...(initrdPath === undefined ? [] : [`  initrd ${initrdPath}`]),
    "}",
  ];
}

/** An entry as `default` names it: behind its submenu, if it is in one. */
function placeOf(entries: readonly BootEntry[], index: number): string {
  const submenu = entries[index]?.submenu;
  if (submenu === undefined) return entryId(index);
  let first = index;
  while (entries[first - 1]?.submenu === submenu) first -= 1;
  return `${submenuId(first)}>${entryId(index)}`;
}

function entryId(index: number): string {
  return `entry-${index}`;
}

function submenuId(firstEntry: number): string {
  return `submenu-${firstEntry}`;
}

function serialLines(consoles: readonly string[]): string[] {
  const [, port, baud = "115200"] =
    consoles.map((console) => /^ttyS([0-3])(?:,(\d+))?/.exec(console)).find(Boolean) ?? [];
  if (port === undefined) return [];
  return [
    `serial --unit=${port} --speed=${baud}`,
    "terminal_input serial console",
    "terminal_output serial console",
  ];
}

function words(text: string): string[] {
  return text.split(" ").filter(Boolean).map(quoted);
}

/** A word that GRUB takes as it is; inside single quotes nothing has a meaning. */
function quoted(text: string): string {
  return /^[\w/.,:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
