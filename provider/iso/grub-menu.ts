/** What GRUB shows and starts. */
export interface GrubMenu {
  readonly entries: readonly { readonly title: string; readonly arguments: string }[];
  readonly defaultEntry: number;
  readonly timeoutSeconds: number;
  readonly consoles: readonly string[];
  /** Paths on the medium, without a leading slash. */
  readonly kernelPath: string;
  readonly initrdPath: string;
}

/** The text of grub.cfg (GRUB manual, "Writing full configuration files directly"). */
export function grubMenu(menu: GrubMenu): string {
  const { entries, defaultEntry, timeoutSeconds, consoles, kernelPath, initrdPath } = menu;
  const lines = [
    ...serialLines(consoles),
    `set default=${defaultEntry}`,
    `set timeout=${timeoutSeconds}`,
    ...entries.flatMap((entry) => [
      `menuentry ${quoted(entry.title)} {`,
      `  linux ${["", kernelPath].join("/")} ${words(entry.arguments)}`.trimEnd(),
      `  initrd /${initrdPath}`,
      "}",
    ]),
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

function words(text: string): string {
  return text.split(" ").filter(Boolean).map(quoted).join(" ");
}

/** A word that GRUB takes as it is; inside single quotes nothing has a meaning. */
function quoted(text: string): string {
  return /^[\w/.,:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
