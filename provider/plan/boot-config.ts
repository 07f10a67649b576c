/** What a boot loader tells the kernel and the person before the screen. */
export interface BootConfig {
  /** Paths in the boot loader's filesystem. */
  readonly kernelPath: string;
  readonly initrdPath?: string | undefined;
  /** Absent where the initrd is the whole machine, or the command line names its root. */
  readonly rootUuid?: string | undefined;
  readonly commandLine: string;
  /** Consoles as the kernel names them (`tty0`, `ttyS0,115200`); the last becomes /dev/console. */
  readonly consoles: readonly string[];
  /** How long to wait for a key; 0 boots at once. */
  readonly timeoutSeconds: number;
  readonly menuTitle?: string | undefined;
}

/** Speed of a serial console that names none. */
const defaultBaud = "115200";

/** The kernel's command line without the initrd, which each boot loader says in its own way. */
export function kernelArguments(
  config: Pick<BootConfig, "commandLine" | "rootUuid" | "consoles">,
): string {
  const consoles = config.consoles.map((console) => `console=${withBaud(console)}`);
  const root = config.rootUuid === undefined ? "" : `root=UUID=${config.rootUuid}`;
  return [config.commandLine.trim(), root, ...consoles].filter((part) => part !== "").join(" ");
}

/** The text of syslinux.cfg (doc/syslinux.txt). */
export function syslinuxConfig(config: BootConfig): string {
  const { kernelPath, initrdPath, timeoutSeconds, menuTitle } = config;
  const initrd = initrdPath === undefined ? "" : ` initrd=${initrdPath}`;
  const lines = [
    // SERIAL has to be the first line to count for everything after it.
    ...serialLines(config.consoles),
    "DEFAULT linux",
    ...(menuTitle === undefined
      ? [`PROMPT ${timeoutSeconds > 0 ? 1 : 0}`]
      : ["UI menu.c32", `MENU TITLE ${menuTitle}`]),
    ...(timeoutSeconds > 0 ? [`TIMEOUT ${timeoutSeconds * 10}`] : []),
    "LABEL linux",
    `  KERNEL ${kernelPath}`,
    `  APPEND ${kernelArguments(config)}${initrd}`,
  ];
  return `${lines.join("\n")}\n`;
}

function withBaud(console: string): string {
  return /^ttyS\d+$/.test(console) ? `${console},${defaultBaud}` : console;
}

function serialLines(consoles: readonly string[]): string[] {
  const [, port, baud] =
    consoles.map((console) => /^ttyS([0-3])(?:,(\d+))?/.exec(console)).find(Boolean) ?? [];
  return port === undefined ? [] : [`SERIAL ${port} ${baud ?? defaultBaud}`];
}
