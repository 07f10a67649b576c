import type { Question } from "./function.ts";
import { listTree } from "./list-tree.ts";
import { pathInStore } from "./path-in-store.ts";

/** Every function of the package. */
export const functions: readonly Question[] = [
  pathInStore,
  listTree,
] as unknown as readonly Question[];

/** The function of that name, if there is one. */
export function findFunction(name: string): Question | undefined {
  return functions.find((question) => question.name === name);
}
