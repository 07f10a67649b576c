import { ContentError } from "../../errors.ts";
import { firstOf } from "../../tree/first-of.ts";
import { printable } from "../../tree/shown-name.ts";

const mostShown = 20;

/** A latin1 path (one character is one byte) as a person reads it, in one line. */
export function shownPath(path: string): string {
  return `/${printable(path)}`;
}

/** Collects what ext4 cannot hold, so that one error names every path. */
export class Refusals {
  readonly #lines: string[] = [];

  add(path: string, reason: string): void {
    this.#lines.push(`${shownPath(path)}: ${reason}`);
  }

  /** Throws if anything was refused. */
  settle(): void {
    if (this.#lines.length === 0) return;
    const shown = firstOf(this.#lines, mostShown);
    throw new ContentError(`ext4 cannot hold what the tree has:\n${shown.join("\n")}`, {
      hint: "change or remove these paths where the tree is made",
    });
  }
}
