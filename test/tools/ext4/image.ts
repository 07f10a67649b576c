import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { promisify } from "node:util";
import type { Ext4Plan } from "../../../provider/ext4/plan.ts";
import { writeExt4 } from "../../../provider/ext4/write.ts";
import type { SourcePath } from "../../../provider/tree/types.ts";

const run = promisify(execFile);

/** Writes a plan as a new image. */
export async function writeImage(
  plan: Ext4Plan,
  path: string,
  sourcePath: SourcePath,
  offsetBytes = 0,
): Promise<void> {
  await rm(path, { force: true });
  const file = await open(path, "w+");
  try {
    await writeExt4(plan, file, offsetBytes, sourcePath);
  } finally {
    await file.close();
  }
}

/** Fails with e2fsck's words if it finds anything to repair. */
export async function checkImage(image: string): Promise<void> {
  const { stdout } = await run("e2fsck", ["-fn", image]).catch((error) => error);
  const complaint = stdout
    .split("\n")
    .filter((line: string) => !/^Pass \d: |^$|: \d+\/\d+ files .* \d+\/\d+ blocks$/.test(line));
  if (complaint.length > 0 || !stdout.includes("Pass 5")) throw new Error(stdout);
}

/** sha256 of an image's bytes. */
export async function imageDigest(path: string): Promise<string> {
  const file = await open(path);
  const hash = createHash("sha256");
  for await (const chunk of file.createReadStream({ highWaterMark: 2 ** 22 })) hash.update(chunk);
  return hash.digest("hex");
}
