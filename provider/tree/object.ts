import { readFile, writeFile } from "node:fs/promises";
import { StoreError } from "../errors.ts";
import type { Tree } from "./types.ts";

/** Goes up when the form of the file changes. */
const VERSION = 1;

/** Writes a tree as one JSON file. */
export async function saveTree(tree: Tree, file: string): Promise<void> {
  await writeFile(file, JSON.stringify({ version: VERSION, ...tree }));
}

/** Reads a tree that {@link saveTree} wrote. */
export async function loadTree(file: string): Promise<Tree> {
  const text = await readFile(file, "utf8");
  const { version, items, sources } = parse(text, file);
  if (version !== VERSION || !Array.isArray(items) || !Array.isArray(sources)) {
    throw new StoreError(`${file} is no tree of version ${VERSION}`);
  }
  return { items, sources };
}

function parse(text: string, file: string): Partial<Tree> & { version?: number } {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StoreError(`${file} is damaged: it should hold a tree as JSON`, { cause });
  }
}
