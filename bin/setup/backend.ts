import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isAlive } from "../../provider/host/owner.ts";
import { work } from "./paths.ts";

/** A lock of Pulumi's file backend (pkg/backend/diy/lock.go). */
interface BackendLock {
  readonly pid: number;
  readonly hostname: string;
}

/** True while the process still is a Pulumi: its id may be another one's by now. */
function isPulumi(pid: number): boolean {
  const comm = `/proc/${pid}/comm`;
  if (!isAlive(pid)) return false;
  return !existsSync(comm) || readFileSync(comm, "utf8").startsWith("pulumi");
}

/** Pulumi writes a lock whole, so one that cannot be read was torn when the power went, and its process with it. */
function readLock(file: string): Partial<BackendLock> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as BackendLock;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { hostname: hostname() };
  }
}

/** Removes the locks of updates whose process is gone from this machine, and says whose they were. */
export function clearDeadLocks(folder: string): string[] {
  const locks = join(folder, ".pulumi/locks");
  if (!existsSync(locks)) return [];
  const cleared: string[] = [];
  for (const name of readdirSync(locks, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".json")) continue;
    const lock = readLock(join(locks, name));
    if (lock.hostname !== hostname() || (lock.pid && isPulumi(lock.pid))) continue;
    rmSync(join(locks, name));
    rmSync(join(locks, `${name}.attrs`), { force: true });
    cleared.push(`process ${lock.pid ?? "unknown"}`);
  }
  return cleared;
}

/** Prepares Pulumi's defaults, a backend and a passphrase in the git-ignored folder, unless the caller has others. */
export function setUpBackend(): { env: Record<string, string>; result: string } {
  const env: Record<string, string> = {};
  let result = process.env.PULUMI_BACKEND_URL ?? "";
  if (result === "") {
    const folder = join(work, "pulumi");
    mkdirSync(folder, { recursive: true });
    env.PULUMI_BACKEND_URL = pathToFileURL(folder).href;
    const cleared = clearDeadLocks(folder);
    const removed = cleared.length > 0 ? `; removed the lock of ${cleared.join(", ")}, ended` : "";
    result = `state in .work/pulumi${removed}`;
  }
  const { PULUMI_CONFIG_PASSPHRASE: phrase, PULUMI_CONFIG_PASSPHRASE_FILE: phraseFile } =
    process.env;
  if (phrase === undefined && phraseFile === undefined) {
    const file = join(work, "passphrase");
    mkdirSync(work, { recursive: true });
    if (!existsSync(file))
      writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
    env.PULUMI_CONFIG_PASSPHRASE_FILE = file;
  }
  return { env, result };
}
