import { link, type MachineFile, text } from "../image/machine-file.ts";
import type { HealthCheck, ImageFiles, ImageProcess } from "./image-process.ts";
import { commandLine, unitWord } from "./systemd-words.ts";

/** Name of the unit, and of what belongs to it. */
const name = "image-process";
const pipe = `/run/${name}.log`;

/** Units that run an image's process under systemd, or why that cannot be. */
export function systemdService(
  process: ImageProcess,
  files: Pick<ImageFiles, "isProgram">,
): { files: MachineFile[] } | { problems: string[] } {
  const { healthCheck } = process;
  const helpers = wrapper(process);
  const problems = helpers
    .filter((word) => /^\/usr\/bin\/[a-z]+$/.test(word) && !files.isProgram(word))
    .map((word) => `its USER or ENV needs ${word}, which the image has not`);
  // Only quotes would keep these, and WorkingDirectory= knows none.
  if (/^\s|\s$|\\$|\p{Cc}/u.test(process.workingDir))
    problems.push(
      `its WORKDIR ${JSON.stringify(process.workingDir)} has characters that a unit cannot hold`,
    );
  if (helpers.at(-1)?.includes("=") && process.words[0]?.includes("="))
    problems.push(`its program ${JSON.stringify(process.words[0])} is taken for a variable`);
  if (problems.length > 0) return { problems };
  const unit = (suffix: string, content: string) =>
    text(`etc/systemd/system/${name}${suffix}`, content);
  const enable = (target: string, suffix: string) =>
    link(
      `etc/systemd/system/${target}.wants/${name}${suffix}`,
      `/etc/systemd/system/${name}${suffix}`,
    );
  return {
    files: [
      unit(".service", processUnit(process, helpers)),
      unit("-log.service", logUnit),
      text(`etc/tmpfiles.d/${name}.conf`, pipeLine(process)),
      enable("multi-user.target", ".service"),
      ...(healthCheck
        ? [
            unit("-health.service", healthUnit(process, healthCheck, helpers)),
            unit("-health.timer", healthTimer(healthCheck)),
            enable("timers.target", "-health.timer"),
          ]
        : []),
    ],
  };
}

/** What systemd cannot say, other programs say in front of the process: names of variables that it refuses, and numbers without an entry. */
function wrapper(process: ImageProcess): string[] {
  const { uid, gid, groups } = process.user;
  const odd = process.env.filter(([key]) => !isUnitName(key)).map((pair) => pair.join("="));
  const others = groups.length > 0 ? `--groups=${groups.join(",")}` : "--clear-groups";
  return [
    ...(odd.length > 0 ? ["/usr/bin/env", "--", ...odd] : []),
    ...(byNumber(process)
      ? ["/usr/bin/setpriv", `--reuid=${uid}`, `--regid=${gid}`, others, "--"]
      : []),
  ];
}

function byNumber({ user, namesGroup }: ImageProcess): boolean {
  return namesGroup || (user.uid !== 0 && user.name === undefined);
}

/** Names of variables that systemd takes (environment.d(5)). */
function isUnitName(key: string): boolean {
  return /^[A-Za-z_]\w*$/.test(key);
}

/** The settings that the process and its health check share. */
function circumstances(process: ImageProcess): string {
  const { env, user, workingDir } = process;
  const lines = env
    .filter(([key]) => isUnitName(key))
    .map(([key, value]) => `Environment=${unitWord(`${key}=${value}`)}`);
  // A number does where a name has characters that a unit does not take.
  if (!byNumber(process) && user.uid !== 0)
    lines.push(`User=${/^[A-Za-z_][\w-]*$/.test(user.name ?? "") ? user.name : user.uid}`);
  lines.push(`WorkingDirectory=${workingDir.replaceAll("%", "%%")}`);
  return lines.join("\n");
}

function start(helpers: readonly string[], program: string, words: readonly string[]): string {
  const [first, ...rest] = helpers;
  return first === undefined
    ? commandLine(program, words)
    : commandLine(first, [first, ...rest, ...words]);
}

function processUnit(process: ImageProcess, helpers: readonly string[]): string {
  const { program, words, stopSignal } = process;
  return `[Unit]
Description=The process of the image
Wants=network-online.target ${name}-log.service
After=network-online.target ${name}-log.service
StartLimitIntervalSec=0

[Service]
ExecStart=${start(helpers, program, words)}
${circumstances(process)}
StandardOutput=file:${pipe}
Restart=always
RestartSec=1
KillSignal=${/^\d/.test(stopSignal) ? "" : "SIG"}${stopSignal}
KillMode=mixed

[Install]
WantedBy=multi-user.target
`;
}

/** Programs open /dev/stdout anew, which a pipe lets them do and the journal's socket does not; it belongs to whom the process runs as. */
function pipeLine({ user: { uid, gid } }: ImageProcess): string {
  return `p+ ${pipe} 0600 ${uid} ${gid}\n`;
}

const logUnit = `[Unit]
Description=Carry what the image's process says into the journal
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/cat ${pipe}
SyslogIdentifier=${name}
Restart=always
RestartSec=0
`;

/** As in a container engine, a process that is not well is reported, not started again. */
function healthUnit(
  process: ImageProcess,
  { program, words, timeoutSeconds }: HealthCheck,
  helpers: readonly string[],
): string {
  return `[Unit]
Description=Ask the image's process whether it is well
After=${name}.service

[Service]
Type=oneshot
ExecStart=${start(helpers, program, words)}
${circumstances(process)}
TimeoutStartSec=${timeoutSeconds}
`;
}

function healthTimer({ intervalSeconds, startPeriodSeconds }: HealthCheck): string {
  return `[Unit]
Description=Ask the image's process again and again whether it is well

[Timer]
OnActiveSec=${Math.max(intervalSeconds, startPeriodSeconds)}
OnUnitInactiveSec=${intervalSeconds}
AccuracySec=1

[Install]
WantedBy=timers.target
`;
}
