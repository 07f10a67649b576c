import { printable } from "../../tree/shown-name.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A latin1 name of somebody else's as text of an HTML page: without what would be markup, control a terminal or turn the line around. */
export function textOf(name: string): string {
  const plain = printable(name).replaceAll('\\"', '"').replaceAll("\\\\", "\\");
  return plain.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** The same for text that is no name of bytes: what is UTF-16 already. */
export function textOfUtf16(text: string): string {
  return textOf(Buffer.from(text).toString("latin1"));
}
