import { type FileEntry, readSmall, type Volume } from "../image/volume.ts";

/** A file that says what is started, or is started itself. */
export interface BootConfig {
  readonly path: string;
  /** The lines that decide what is started, without indentation; of a program none. */
  readonly lines: readonly string[];
}

const mostBytes = 256 * 1024;
const mostLines = 40;

/** Which files say what is started, and which of their lines. */
const texts: readonly (readonly [path: RegExp, line: RegExp])[] = [
  [
    /(^|\/)(extlinux|syslinux|isolinux)\.(conf|cfg)$/,
    /^\s*(default|timeout|label|kernel|linux|initrd|append|menu label|serial|include)\b/i,
  ],
  [
    /(^|\/)grub\.cfg$/,
    /^\s*(menuentry|submenu|linux|linux16|initrd|chainloader|configfile|set (default|timeout))\b/,
  ],
  [/(^|\/)loader\/loader\.conf$/, /^\s*(default|timeout|console-mode)\b/],
  [/(^|\/)loader\/entries\/[^/]+\.conf$/, /^\s*(title|version|linux|initrd|options|efi)\b/],
];

const programs = /^(EFI\/BOOT\/BOOT\w+\.EFI|EFI\/Linux\/[^/]+\.efi|startup\.nsh)$/i;

/** The boot configuration of a filesystem, by path. */
export async function findBootConfigs(
  volume: Volume,
  entries: readonly FileEntry[],
): Promise<BootConfig[]> {
  const found: BootConfig[] = [];
  for (const entry of entries) {
    if (entry.type !== "file") continue;
    if (programs.test(entry.path)) found.push({ path: entry.path, lines: [] });
    const line = texts.find(([path]) => path.test(entry.path))?.[1];
    if (!line || entry.size > mostBytes) continue;
    const text = (await readSmall(volume, entry, mostBytes)).toString("latin1");
    found.push({ path: entry.path, lines: decisiveLines(text, line) });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The lines that match, trimmed. */
export function decisiveLines(text: string, line: RegExp): string[] {
  return text
    .split(/\r?\n/)
    .filter((candidate) => line.test(candidate))
    .slice(0, mostLines)
    .map((candidate) => candidate.trim().replace(/\s*\{$/, ""));
}
