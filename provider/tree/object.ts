import { StoreError } from "../errors.ts";
import { linesOf, writeTexts } from "./lines.ts";
import { Recent } from "./recent.ts";
import type { Item, Tree } from "./types.ts";

// JSON with a line for each item, so that it is written and read without the text of all of it in memory.

/** Goes up when the form of the file changes. */
const VERSION = 1;
const first = `{"version":${VERSION},"items":[`;

/** Writes a tree as one JSON file. */
export async function saveTree(tree: Tree, file: string): Promise<void> {
  await writeTexts(file, treeTexts(tree));
}

function* treeTexts({ items, sources }: Tree): Generator<string> {
  yield `${first}\n`;
  for (const [i, item] of items.entries())
    yield `${JSON.stringify(item)}${i < items.length - 1 ? "," : ""}\n`;
  yield `],"sources":${JSON.stringify(sources)}}\n`;
}

/** Reads a tree that {@link saveTree} wrote. */
export async function loadTree(file: string): Promise<Tree> {
  const items: Item[] = [];
  let text = "";
  for await (const line of linesOf(file)) {
    if (text === first && !line.startsWith("]")) {
      items.push(parse<Item>(line.endsWith(",") ? line.slice(0, -1) : line, file));
    } else text += line;
  }
  // Earlier versions wrote all of it as one line.
  const rest = parse<Partial<Tree> & { version?: number }>(text, file);
  const { version, sources } = rest;
  if (version !== VERSION || !Array.isArray(rest.items) || !Array.isArray(sources)) {
    throw new StoreError(`${file} is no tree of version ${VERSION}`);
  }
  return { items: text.startsWith(`${first}]`) ? items : rest.items, sources };
}

/** Trees of the store, which each step after the first finds in memory. */
export const trees = new Recent<Tree>(loadTree);

function parse<T>(text: string, file: string): T {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StoreError(`${file} is damaged: it should hold a tree as JSON`, { cause });
  }
}
