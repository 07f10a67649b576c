import { readdirSync, readFileSync } from "node:fs";

const everyMilliseconds = 20;

/** The most memory that each of our two processes held, in bytes: the program, and the provider that Pulumi starts beside it. */
export interface Peaks {
  program: number;
  provider: number;
}

const processes: readonly (readonly [keyof Peaks, RegExp])[] = [
  ["program", /@pulumi\/pulumi\/cmd\/run/],
  ["provider", /@pulumi\/pulumi\/cmd\/dynamic-provider/],
];

/**
 * Watches the processes below a Pulumi CLI until told to stop. Linux keeps each one's largest resident set (VmHWM in proc_pid_status(5)),
 * which only grows: reading it often finds the last value before the end. Pages of Node's own program count, as they would in `top`.
 */
export function watchMemory(pulumi: number): () => Peaks {
  const peaks: Peaks = { program: 0, provider: 0 };
  const timer = setInterval(() => {
    for (const pid of descendants(pulumi)) {
      const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
      const name = processes.find(([, pattern]) => pattern.test(command))?.[0];
      const kib = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
      if (name && kib) peaks[name] = Math.max(peaks[name], Number(kib) * 1024);
    }
  }, everyMilliseconds);
  return () => {
    clearInterval(timer);
    return peaks;
  };
}

function descendants(pid: number): number[] {
  const tasks = list(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean).map(Number),
  );
  return [...children, ...children.flatMap(descendants)];
}

/** Empty when the process has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
