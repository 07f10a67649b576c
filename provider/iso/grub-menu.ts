import { kernelArguments } from "../plan/boot-config.ts";
import {
  embeddedConfig,
  grubHead,
  grubWord,
  initrdLine,
  linuxLine,
  serialOf,
} from "../plan/grub-text.ts";
import type { IsoEntry } from "./schema.ts";

/** What GRUB shows and starts. */
export interface GrubMenu {
  readonly entries: readonly IsoEntry[];
  readonly defaultEntry: number;
  readonly timeoutSeconds: number;
  readonly consoles: readonly string[];
  /** What the layout tells the kernel, before what an entry does. */
  readonly commandLine: string;
  /** Paths on the medium, without a leading slash. */
  readonly kernelPath: string;
  readonly initrdPath: string;
}

/** Where Memtest86+ lies on the medium, for each kind of firmware. */
export const memtestPaths = {
  bios: "install/memtest86+x64.bin",
  uefi: "install/memtest86+x64.efi",
} as const;

/** The text of grub.cfg. */
export function grubMenu(menu: GrubMenu): string {
  const lines = [
    ...grubHead({ ...menu, defaultEntry: String(menu.defaultEntry) }),
    ...menu.entries.flatMap((entry) => entryLines(entry, menu)),
  ];
  return `${lines.join("\n")}\n`;
}

/** The configuration inside GRUB's image: finds its medium by a file of it, and goes on there. */
export function grubEmbedded(marker: string): string {
  return embeddedConfig(`--file /${marker}`, "/boot/grub");
}

function entryLines({ title, submenu, ...entry }: IsoEntry, menu: GrubMenu): string[] {
  if (!submenu) {
    const body = entry.memtest ? memtestLines(entry, menu) : systemLines(entry, menu);
    return [`menuentry ${grubWord(title)} {`, ...indented(body), "}"];
  }
  const inner = submenu.flatMap((below) => entryLines(below, menu));
  return [`submenu ${grubWord(title)} {`, ...indented(inner), "}"];
}

function systemLines({ commandLine }: Omit<IsoEntry, "title">, menu: GrubMenu): string[] {
  const all = kernelArguments({
    commandLine: `${menu.commandLine} ${commandLine}`,
    rootUuid: undefined,
    consoles: menu.consoles,
  });
  return [linuxLine(`/${menu.kernelPath}`, all), initrdLine(`/${menu.initrdPath}`)];
}

/** Either form follows Linux's boot protocol, and only one fits the firmware (Debian's 20_memtest86+). */
function memtestLines({ commandLine }: Omit<IsoEntry, "title">, menu: GrubMenu): string[] {
  const serial = serialOf(menu.consoles);
  const console = serial ? `console=ttyS${serial.port},${serial.baud}` : "";
  const load = (path: string) => `  ${linuxLine(`/${path}`, `${commandLine} ${console}`)}`;
  return [
    ...['if [ "$grub_platform" = efi ]; then', load(memtestPaths.uefi)],
    ...["else", load(memtestPaths.bios), "fi"],
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
