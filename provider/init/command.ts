import type { Programs } from "./programs.ts";
import { searchPath } from "./programs.ts";
import { quoted } from "./quote.ts";
import type { Identity } from "./user.ts";

/** What an image's configuration says of its process. */
export interface ProcessConfig {
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly user: string;
  readonly workingDir: string;
}

/** A problem with one part of the configuration: `env[2]`. */
export interface ProcessProblem {
  readonly part: string;
  readonly reason: string;
}

/** What of a configuration no shell can pass on. */
export function processProblems({
  env,
  entrypoint,
  cmd,
  workingDir,
}: ProcessConfig): ProcessProblem[] {
  const problems: ProcessProblem[] = [];
  if (entrypoint.length + cmd.length === 0)
    problems.push({ part: "cmd", reason: "the image has neither ENTRYPOINT nor CMD" });
  for (const [i, line] of env.entries())
    if (!/^[A-Za-z_][A-Za-z0-9_]*=/.test(line))
      problems.push({
        part: `env[${i}]`,
        reason: `${JSON.stringify(line.split("=")[0])} is no name of a variable that a shell can set`,
      });
  const texts = { env, entrypoint, cmd, workingDir: [workingDir] };
  for (const [part, values] of Object.entries(texts))
    if (values.some((value) => value.includes("\0")))
      problems.push({ part, reason: "holds a zero byte" });
  return problems;
}

/** Lines of a shell script that become the image's process: environment, folder, user, program. */
export function commandLines(
  config: ProcessConfig,
  identity: Identity,
  programs: Programs,
): string[] | ProcessProblem {
  const env = new Map<string, string>([
    ["PATH", searchPath],
    ["HOME", identity.home],
    ...config.env.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
  ]);
  const become = becoming(identity, programs);
  if (become === undefined)
    return {
      part: "user",
      reason: `nothing in the image can become user ${identity.uid}, group ${identity.gid}${identity.groups.length > 0 ? ` with groups ${identity.groups.join(", ")}` : ""} (install setpriv, of the package util-linux)`,
    };
  return [
    // What the kernel handed on is no part of the image's environment.
    "unset TERM",
    ...[...env].map(([name, value]) => `export ${name}=${quoted(value)}`),
    `cd ${quoted(config.workingDir || "/")} || exit 1`,
    `exec ${become([...config.entrypoint, ...config.cmd].map(quoted).join(" "))}`,
  ];
}

/** Makes words of a shell run as someone; undefined where no program can. */
function becoming(
  { uid, gid, groups, name }: Identity,
  programs: Programs,
): ((words: string) => string) | undefined {
  if (uid === 0 && gid === 0) return (words) => words;
  const setpriv = programs.own("setpriv");
  if (setpriv) {
    const others = groups.length > 0 ? `--groups=${groups.join(",")}` : "--clear-groups";
    return (words) => `${setpriv} --reuid=${uid} --regid=${gid} ${others} -- ${words}`;
  }
  const nsenter = programs.applet("nsenter");
  // Enters nothing, and is there because it takes numbers. PID 1 has no other groups to lose.
  if (nsenter && groups.length === 0)
    return (words) => `${nsenter} -F -S ${uid} -G ${gid} -- ${words}`;
  const su = programs.applet("su");
  // All in one word: busybox's su would take options of the command for its own.
  if (su && name !== undefined && groups.length > 0)
    return (words) => `${su} -m -s /bin/sh -c ${quoted(`exec ${words}`)} -- ${quoted(name)}`;
  return undefined;
}
