import { kernelArguments } from "../plan/boot-config.ts";
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

/** The text of grub.cfg (GRUB manual, "Writing full configuration files directly"). */
export function grubMenu(menu: GrubMenu): string {
  const lines = [
    ...serialLines(menu.consoles),
    `set default=${menu.defaultEntry}`,
    `set timeout=${menu.timeoutSeconds}`,
    ...menu.entries.flatMap((entry) => entryLines(entry, menu)),
  ];
  return `${lines.join("\n")}\n`;
}

/** The configuration inside GRUB's image: finds its medium by a file of it, and goes on there. */
export function grubEmbedded(marker: string): string {
  return [
    `search --no-floppy --set=root --file /${marker}`,
    "set prefix=($root)/boot/grub",
    "configfile /boot/grub/grub.cfg",
    "",
  ].join("\n");
}

function entryLines({ title, submenu, ...entry }: IsoEntry, menu: GrubMenu): string[] {
  if (!submenu) {
    const body = entry.memtest ? memtestLines(entry, menu) : systemLines(entry, menu);
    return [`menuentry ${quoted(title)} {`, ...indented(body), "}"];
  }
  const inner = submenu.flatMap((below) => entryLines(below, menu));
  return [`submenu ${quoted(title)} {`, ...indented(inner), "}"];
}

function systemLines({ commandLine }: Omit<IsoEntry, "title">, menu: GrubMenu): string[] {
  const all = kernelArguments({
    commandLine: `${menu.commandLine} ${commandLine}`,
    rootUuid: undefined,
    consoles: menu.consoles,
  });
  return [`linux /${menu.kernelPath} ${words(all)}`.trimEnd(), `initrd /${menu.initrdPath}`];
}

/** Either form follows Linux's boot protocol, and only one fits the firmware (Debian's 20_memtest86+). */
function memtestLines({ commandLine }: Omit<IsoEntry, "title">, menu: GrubMenu): string[] {
  const serial = serialOf(menu.consoles);
  const console = serial ? `console=ttyS${serial.port},${serial.baud}` : "";
  const load = (path: string) => `  linux /${path} ${words(`${commandLine} ${console}`)}`.trimEnd();
  return [
    ...['if [ "$grub_platform" = efi ]; then', load(memtestPaths.uefi)],
    ...["else", load(memtestPaths.bios), "fi"],
  ];
}

function serialOf(consoles: readonly string[]): { port: string; baud: string } | undefined {
  const [, port, baud = "115200"] =
    consoles.map((console) => /^ttyS([0-3])(?:,(\d+))?/.exec(console)).find(Boolean) ?? [];
  return port === undefined ? undefined : { port, baud };
}

function serialLines(consoles: readonly string[]): string[] {
  const serial = serialOf(consoles);
  if (!serial) return [];
  return [
    `serial --unit=${serial.port} --speed=${serial.baud}`,
    "terminal_input serial console",
    "terminal_output serial console",
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function words(text: string): string {
  return text.split(" ").filter(Boolean).map(quoted).join(" ");
}

/** A word that GRUB takes as it is; inside single quotes nothing has a meaning. */
function quoted(text: string): string {
  return /^[\w/.,:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
