import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { print, type Say } from "./progress.ts";

/** True while a process of this machine has the id. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Takes a lock file; the process id of its owner when another one has it. */
function takeLock(file: string): number | undefined {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const owner = Number(readFileSync(file, "utf8"));
  if (owner > 0 && isRunning(owner)) return owner;
  rmSync(file, { force: true });
  return takeLock(file);
}

/** Runs work while no other set-up of this machine runs: two would start two engines. */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  say: Say = print,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  for (let owner = takeLock(file); owner !== undefined; owner = takeLock(file)) {
    if (!told) say(`• Set-up: waiting for another one (process ${owner})`);
    told = true;
    await pause(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}
