/** The lines of a grub.cfg before its entries: where the menu is shown, and what starts without a key (GRUB manual, "Writing full configuration files directly"). */
export function grubHead(head: {
  readonly consoles: readonly string[];
  /** Number of an entry, or its id behind those of its submenus. */
  readonly defaultEntry: string;
  readonly timeoutSeconds: number;
}): string[] {
  const serial = serialOf(head.consoles);
  const terminals = serial
    ? [
        `serial --unit=${serial.port} --speed=${serial.baud}`,
        "terminal_input serial console",
        "terminal_output serial console",
      ]
    : [];
  return [
    ...terminals,
    `set default=${grubWord(head.defaultEntry)}`,
    `set timeout=${head.timeoutSeconds}`,
  ];
}

/** The first serial port among the kernel's consoles, and its speed. */
export function serialOf(
  consoles: readonly string[],
): { readonly port: string; readonly baud: string } | undefined {
  const [, port, baud = "115200"] =
    consoles.map((console) => /^ttyS([0-3])(?:,(\d+))?/.exec(console)).find(Boolean) ?? [];
  return port === undefined ? undefined : { port, baud };
}

/** The command that loads a kernel, and another program of its boot protocol, with its arguments. */
export function linuxLine(path: string, args: string): string {
  return ["linux", ...[path, ...args.split(" ")].filter(Boolean).map(grubWord)].join(" ");
}

/** The command that loads an initrd. */
export function initrdLine(path: string): string {
  return `initrd ${grubWord(path)}`;
}

/** The configuration inside GRUB itself: finds a filesystem by options of `search`, wherever the disk is, and goes on there. */
export function embeddedConfig(search: string, directory: string): string {
  return [
    `search --no-floppy --set=root ${search}`,
    `set prefix=($root)${directory}`,
    `configfile ${directory}/grub.cfg`,
    "",
  ].join("\n");
}

/** A word that GRUB takes as it is; inside single quotes nothing has a meaning. */
export function grubWord(text: string): string {
  return /^[\w/.,:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
