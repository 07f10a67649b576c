import { ContentError } from "../errors.ts";

/** The path of an archive member in a tree: "./" and doubled slashes dropped; absolute paths and ".." are refused. */
export function memberPath(written: string): string {
  if (written.startsWith("/")) throw new ContentError("absolute names are not unpacked");
  if (written.includes("\0")) throw new ContentError("its name has a NUL byte");
  const parts = written.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new ContentError('names with ".." are not unpacked');
  return parts.join("/");
}
