import type { InputProblem } from "../errors.ts";
import { type MachineFile, text } from "../image/machine-file.ts";
import { commandLines, type ProcessConfig } from "./command.ts";
import { earlyLines, scriptHead } from "./init-script.ts";
import { inittabLines } from "./inittab.ts";
import { initNeeds } from "./needs.ts";
import { leaseScript, networkScript, scriptFolder, udhcpcCall } from "./network.ts";
import type { InitOptions } from "./options.ts";
import { acpidScript, buttonScript, canReadButton, powerOffScript } from "./power-button.ts";
import type { Programs } from "./programs.ts";
import { sessionPath, sessionScript, supervisorLines } from "./supervisor.ts";
import { type Accounts, identityOf } from "./user.ts";

/** What of an image decides its init. */
export interface InitImage {
  readonly programs: Programs;
  readonly accounts: Accounts;
  /** True for a path (no leading slash) where the image has something. */
  has(path: string): boolean;
}

/** The files that make a tree start by itself, or the problems with it. */
export function planInit(
  init: InitOptions,
  image: InitImage,
  config?: ProcessConfig,
): { files: MachineFile[]; problems: InputProblem[] } {
  const problems = initNeeds(init, image);
  const process = init.run === "command" && config ? processLines(config, image) : [];
  if (!Array.isArray(process)) problems.push(process);
  if (problems.length > 0 || !Array.isArray(process)) return { files: [], problems };
  const { programs } = image;
  const script = (path: string, lines: readonly string[]) =>
    text(path, `${lines.join("\n")}\n`, 0o755);
  const early = earlyLines(init, programs);
  if (!init.supervise) {
    const last = init.run === "command" ? process : ["exec /bin/sh"];
    return { files: [script("init", [...early, ...last])], problems };
  }
  const command =
    init.run === "command" ? [script(`${scriptFolder}/command`, [...scriptHead, ...process])] : [];
  const supervised = hasBusyboxInit(programs)
    ? busyboxFiles(init, image, script)
    : [
        ...networkFiles(init, programs, script),
        ...(canReadButton(programs)
          ? [script(`${scriptFolder}/power-button`, buttonScript(programs))]
          : []),
        ...(init.run === "command" ? [] : [script(sessionPath, sessionScript(init, programs))]),
      ];
  const last = hasBusyboxInit(programs)
    ? [`exec ${programs.applet("init")}`]
    : supervisorLines(init, programs);
  return { files: [script("init", [...early, ...last]), ...command, ...supervised], problems };
}

/** True where busybox can be the first process. */
export function hasBusyboxInit(programs: Programs): boolean {
  return programs.applet("init") !== undefined;
}

type Script = (path: string, lines: readonly string[]) => MachineFile;

function busyboxFiles(init: InitOptions, { has, programs }: InitImage, script: Script) {
  if (has("etc/inittab")) return [];
  const acpid = programs.applet("acpid");
  const ownLogin = init.run === "login" && init.consoles.length === 0;
  return [
    text("etc/inittab", `${inittabLines(init, programs).join("\n")}\n`),
    ...networkFiles(init, programs, script),
    ...(acpid
      ? [
          script(`${scriptFolder}/power-button`, acpidScript(programs)),
          script(`${scriptFolder}/acpi/PWRF/00000080`, powerOffScript),
        ]
      : []),
    ...(ownLogin ? [script(`${scriptFolder}/console-login`, consoleLogin(programs))] : []),
  ];
}

function networkFiles({ network }: InitOptions, programs: Programs, script: Script) {
  if (network !== "dhcp") return [];
  const [dhcpcd, dhclient] = [programs.own("dhcpcd"), programs.own("dhclient")];
  const other = (dhcpcd && `${dhcpcd} -B`) ?? (dhclient && `${dhclient} -d`);
  const path = `${scriptFolder}/network`;
  if (other && !hasBusyboxInit(programs)) return [script(path, networkScript(other, programs))];
  return [
    script(path, networkScript(udhcpcCall(programs.call("udhcpc") ?? ""), programs)),
    script(`${scriptFolder}/lease`, leaseScript(programs)),
  ];
}

/** A login on what the kernel calls its console. */
function consoleLogin(programs: Programs): string[] {
  return [
    ...scriptHead,
    "read -r active </sys/class/tty/console/active",
    `exec ${programs.applet("getty")} -L 0 "\${active##* }" vt100`,
  ];
}

function processLines(config: ProcessConfig, { accounts, programs }: InitImage) {
  const identity = identityOf(config.user, accounts);
  if (typeof identity === "string") return { property: "config.user", reason: identity };
  const lines = commandLines(config, identity, programs);
  return Array.isArray(lines) ? lines : { property: `config.${lines.part}`, reason: lines.reason };
}
