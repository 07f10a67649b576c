import { lchown, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Gives a stage and what is in it to a user; files with a second name (links to objects of the store) keep theirs. */
export async function giveStage(
  path: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  const stat = await lstat(path);
  if (!stat.isDirectory() && stat.nlink > 1) return;
  await lchown(path, owner.uid, owner.gid);
  if (!stat.isDirectory()) return;
  for (const name of await readdir(path)) await giveStage(join(path, name), owner);
}
