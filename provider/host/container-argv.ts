import { toolEnvironment } from "./environment.ts";
import type { ToolStep } from "./tool.ts";

/** A container of one step: everything but the step itself. */
export interface ContainerFrame {
  readonly name: string;
  readonly image: string;
  readonly storeRoot: string;
  readonly userFlags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** After which the container ends by itself, whatever became of who started it. */
  readonly lifetimeSeconds: number;
}

/** The arguments of `docker` that run a step: no privilege, no network, one writable folder. */
export function runArguments(frame: ContainerFrame, step: ToolStep): string[] {
  return [
    ...["run", "--rm", "--interactive", "--name", frame.name],
    ...["--platform", "linux/amd64", "--pull", "never", "--log-driver", "none"],
    ...["--network", "none", "--cgroupns", "private", "--cap-drop", "ALL", "--read-only"],
    ...["--security-opt", "no-new-privileges", ...frame.userFlags],
    ...["--tmpfs", "/tmp:mode=1777,exec", ...hiddenHome(frame.storeRoot)],
    ...["--mount", bindMount(frame.storeRoot, { readonly: true })],
    ...(step.writes ? ["--mount", bindMount(step.writes), "--workdir", step.writes] : []),
    ...Object.entries(frame.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...environmentFlags(),
    ...["--entrypoint", "timeout", frame.image],
    ...["--kill-after=10", String(frame.lifetimeSeconds), step.tool, ...step.args],
  ];
}

/** The arguments of `docker` that run a step inside a running container; `mark` finds its processes again. */
export function execArguments(container: string, mark: string, step: ToolStep): string[] {
  return [
    ...["exec", "--interactive", "--env", `${besideVariable}=${mark}`, ...environmentFlags()],
    ...(step.writes ? ["--workdir", step.writes] : []),
    ...[container, step.tool, ...step.args],
  ];
}

/** The arguments of `docker` that end what `execArguments` started: ending the client leaves its process running. */
export function endExecArguments(container: string, mark: string): string[] {
  const script =
    'cd /proc; for p in [0-9]*; do grep -qsz "^$0\\$" "$p/environ" && kill -9 "$p"; done';
  return ["exec", container, "bash", "-c", script, `${besideVariable}=${mark}`];
}

const besideVariable = "BOOTWRIGHT_BESIDE";

function environmentFlags(): string[] {
  return Object.entries(toolEnvironment).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
}

/** `--mount` rather than `-v`: a folder that the engine cannot see is an error, where `-v` makes an empty one. */
function bindMount(folder: string, { readonly = false } = {}): string {
  const fields = ["type=bind", `src=${folder}`, `dst=${folder}`, ...(readonly ? ["readonly"] : [])];
  return fields
    .map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}

/** The image's own /root is closed to other users, so a store below it would be out of reach. */
function hiddenHome(storeRoot: string): string[] {
  return storeRoot.startsWith("/root/") ? ["--tmpfs", "/root:mode=0755"] : [];
}
