import { ContentError } from "../errors.ts";
import { shownName } from "./shown-name.ts";

/** Mark of a deleted entry in a layer (image-spec, layer.md, Whiteouts). */
export const WHITEOUT = ".wh.";

/** Most bytes of a path. Programs reach 4095 at once (PATH_MAX), and what is deeper only step by step. */
const MOST_PATH_BYTES = 8192;

/** Refuses a path that only an archive made to do harm has. */
export function demandPath(path: string): void {
  if (path.length <= MOST_PATH_BYTES) return;
  throw new ContentError(
    `${shownName(path)}: its path has ${path.length} bytes, at most ${MOST_PATH_BYTES} are taken`,
  );
}

/** Symlinks that are followed on the way to one path, as in Linux. */
export const MAX_LINKS = 40;

/** The path of the directory that a path is in; "" for what lies in the root, and for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The last part of a path. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The path of a name in a directory. */
export function joinPath(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

/** True for a name that deletes another in a layer below, or that layers keep for themselves (image-spec, layer.md, Whiteouts). */
export function isWhiteout(path: string): boolean {
  return baseOf(path).startsWith(WHITEOUT);
}
