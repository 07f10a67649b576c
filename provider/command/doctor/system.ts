import { randomUUID } from "node:crypto";
import { mkdir, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readToEnd, startProcess } from "../../host/process.ts";
import { inBytes } from "../print/amounts.ts";
import { type Finding, failing } from "./finding.ts";

/** What Pulumi's own SDK and ours need. */
const leastNode = 20;
/** Programs that Pulumi runs as they are, types and all, need this. */
const typesNode = 24;
/** A Debian server with its layers, its disk and a second version of both. */
const roomBytes = 8 * 2 ** 30;

/** Whether this version of Node is new enough. */
export function checkNode(version: string): Finding {
  const name = "Node";
  const major = Number.parseInt(version, 10);
  if (major < leastNode)
    return {
      name,
      state: "missing",
      found: `${version} is older than ${leastNode}`,
      fix: `install Node ${typesNode} (nodejs.org, or your distribution's nodejs)`,
    };
  if (major < typesNode)
    return {
      name,
      state: "good",
      found: `${version}; programs of TypeScript without a compile step need ${typesNode}`,
    };
  return { name, state: "good", found: version };
}

/** Whether the Pulumi CLI is there. */
export async function checkPulumi(): Promise<Finding> {
  const name = "Pulumi CLI";
  const asked = await readToEnd(startProcess("pulumi", ["version"]));
  if (asked.exitCode === 0) return { name, state: "good", found: asked.stdout.trim() };
  return {
    name,
    state: "missing",
    found: asked.exitCode === 127 ? "not on PATH" : asked.lastLines.join("\n"),
    fix: "see pulumi.com/docs/install",
  };
}

/** Whether the store can be written to, and has room. */
export async function checkStore(root: string): Promise<Finding> {
  const name = "store";
  try {
    await mkdir(root, { recursive: true });
    const probe = join(root, `probe-${randomUUID()}`);
    await writeFile(probe, "");
    await rm(probe);
    const { bavail, bsize } = await statfs(root);
    const free = bavail * bsize;
    const found = `${root}, ${inBytes(free)} free`;
    if (free >= roomBytes) return { name, state: "good", found };
    return {
      name,
      state: "note",
      found: `${found}: a machine of a gigabyte takes ${inBytes(roomBytes)} with its layers and its versions`,
      fix: "bootwright store gc --days 0, or BOOTWRIGHT_STORE on a larger disk",
    };
  } catch (error) {
    return failing(name, error, "set BOOTWRIGHT_STORE to a folder that you may write to");
  }
}

/** Whether the folder that machines share is there, where one is configured. */
export async function checkCache(
  folder: string | undefined = process.env.BOOTWRIGHT_CACHE,
): Promise<Finding[]> {
  if (!folder) return [];
  const isThere = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isThere) return [{ name: "cache", state: "good", found: folder }];
  return [
    {
      name: "cache",
      state: "note",
      found: `BOOTWRIGHT_CACHE=${folder} is no folder yet: it is made when there is something to share`,
    },
  ];
}
