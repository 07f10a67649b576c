import { decodeRecipe, mapRefs } from "../provider/plan/ref.ts";

/** All that a value says, with what its packed recipes say. */
export function inClear(value: unknown): string {
  const read = mapRefs(value, (ref) => ({
    ...ref,
    recipe: ref.recipe === "" ? "" : inClear(decodeRecipe(ref.recipe)),
  }));
  return JSON.stringify(read);
}
