import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/** A process by boot, PID namespace, number and start, so that another process can tell whether it still lives. */
export async function processOwner(pid: number = process.pid): Promise<string> {
  return `${await realm()}/${pid}/${await startTime(pid)}`;
}

/** True only when the owner was surely a process of this machine and namespace and has ended. */
export async function ownerIsGone(owner: string): Promise<boolean> {
  return (await fateOf(owner)) === "gone";
}

/** What has become of an owner; nobody here knows of processes of other machines and namespaces, and of earlier boots. */
export async function fateOf(owner: string): Promise<"lives" | "gone" | "unknown"> {
  const [boot, namespace, pid, started] = owner.split("/");
  if (`${boot}/${namespace}` !== (await realm()) || !pid) return "unknown";
  const now = await startTime(Number(pid));
  return now === "gone" || now !== started ? "gone" : "lives";
}

/** This boot and PID namespace: process numbers mean something only within one boot and one PID namespace (a dev container has its own). */
export async function realm(): Promise<string> {
  try {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    const namespace = await readlink("/proc/self/ns/pid");
    return `${boot}/${namespace.replace(/\D/g, "")}`;
  } catch {
    return `${hostname()}/0`;
  }
}

/** Clock ticks from boot to the start of a process, from proc_pid_stat(5); `alive` where there is no /proc, `gone` without the process. */
async function startTime(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may hold spaces: count from behind it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "gone";
  } catch {
    return isAlive(pid) ? "alive" : "gone";
  }
}

/** True while a process of this machine, whoever's, has the number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
