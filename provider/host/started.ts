import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ownerIsGone, processOwner } from "./owner.ts";

/** Notes that this process started another, so that a later run can end it if a crash leaves it; returns the note. */
export async function rememberProcess(storeRoot: string, pid: number | undefined): Promise<string> {
  const folder = join(storeRoot, "running");
  await mkdir(folder, { recursive: true });
  const note = join(folder, randomUUID());
  if (pid === undefined) return note;
  const lines = [await processOwner(), await processOwner(pid)];
  await writeFile(note, lines.join("\n"));
  return note;
}

/** Drops a note: the process has ended. One that cannot be dropped names a process that is gone. */
export async function forgetProcess(note: string): Promise<void> {
  await rm(note, { force: true }).catch(() => {});
}

/** Ends the processes whose starter is gone; returns their numbers. */
export async function reapProcesses(storeRoot: string): Promise<number[]> {
  const folder = join(storeRoot, "running");
  const ended: number[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const note = join(folder, name);
    const [starter = "", started = ""] = (await readFile(note, "utf8").catch(() => "")).split("\n");
    if (!starter || !(await ownerIsGone(starter))) continue;
    const pid = Number(started.split("/")[2]);
    // The number may be another process's by now: its start time tells.
    if (!(await ownerIsGone(started)) && started === (await processOwner(pid)) && killGroup(pid))
      ended.push(pid);
    await forgetProcess(note);
  }
  return ended;
}

/** False where the group has ended meanwhile. */
function killGroup(leader: number): boolean {
  try {
    return process.kill(-leader, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
