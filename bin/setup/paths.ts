import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { storeRoot } from "../../provider/store/paths.ts";

/** The repository. */
export const root = join(import.meta.dirname, "../..");

/** Git-ignored folder of what `npm start` and `npm test` keep in the repository. */
export const work = join(root, ".work");

/** The provider's store; set-up keeps what it builds once per machine in its `tools/`. */
export const store = storeRoot();

/** Folders of programs: PATH, and those that it lacks for users other than root. */
export const searchPath = [
  ...new Set([...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin", "/usr/bin"]),
].filter((folder) => folder !== "");

/** Every file of this name on the search path, first come first. */
export function findPrograms(name: string): string[] {
  return searchPath.map((folder) => join(folder, name)).filter((file) => existsSync(file));
}

/** True when a program is on the search path. */
export function hasProgram(name: string): boolean {
  return findPrograms(name).length > 0;
}
