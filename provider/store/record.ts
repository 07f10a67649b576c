import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeStage } from "./stage.ts";

/** A small JSON file of the store; undefined when it is missing, or torn by a crash: both only mean that it must be made again. */
export async function readRecord<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes a small file whole or not at all, also when the power goes. */
export async function replaceFile(root: string, file: string, text: string): Promise<void> {
  const folder = await makeStage(root);
  try {
    const temporary = join(folder, "text");
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await mkdir(dirname(file), { recursive: true });
    await rename(temporary, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
