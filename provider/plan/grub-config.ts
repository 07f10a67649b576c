import type { BootEntry } from "./boot-menu.ts";
import { embeddedConfig, grubHead, grubWord, initrdLine, linuxLine } from "./grub-text.ts";

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

/** The text of grub.cfg. Entries in a row with the same submenu share it. */
export function grubConfig(config: GrubConfig): string {
  const { entries, defaultEntry, timeoutSeconds, consoles } = config;
  const lines = [
    ...grubHead({ consoles, timeoutSeconds, defaultEntry: placeOf(entries, defaultEntry) }),
    ...entries.flatMap((entry, index) => {
      const { submenu } = entry;
      const opens = submenu !== undefined && entries[index - 1]?.submenu !== submenu;
      const closes = submenu !== undefined && entries[index + 1]?.submenu !== submenu;
      return [
        ...(opens ? [`submenu ${grubWord(submenu)} --id ${submenuId(index)} {`] : []),
        ...entryLines(config, entry, index),
        ...(closes ? ["}"] : []),
      ];
    }),
  ];
  return `${lines.join("\n")}\n`;
}

/** The configuration inside GRUB itself: finds the filesystem by its UUID, wherever the disk is, and goes on there. */
export function grubEmbedded(filesystemUuid: string, directory: string): string {
  return embeddedConfig(`--fs-uuid ${filesystemUuid}`, directory);
}

function entryLines(config: GrubConfig, entry: BootEntry, index: number): string[] {
  const { kernelPath, initrdPath } = config;
  return [
    `menuentry ${grubWord(entry.title)} --id ${entryId(index)} {`,
    `  ${linuxLine(kernelPath, config.argumentsOf(entry))}`,
    ...(initrdPath === undefined ? [] : [`  ${initrdLine(initrdPath)}`]),
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
