/** Most characters of a name that an error shows. */
const MOST_SHOWN = 200;

/** A name of someone else's, one latin1 character a byte, as one printable line; a long one loses its middle. */
export function shownName(name: string): string {
  const cut =
    name.length <= MOST_SHOWN
      ? name
      : `${name.slice(0, MOST_SHOWN / 2)}…${name.slice(-MOST_SHOWN / 2)}`;
  return `"${printable(cut)}"`;
}

/** A text of someone else's, as a JSON file has it, in one printable line without quotes around it. */
export function shownText(text: string): string {
  return shownName(Buffer.from(text).toString("latin1")).slice(1, -1);
}

/** Latin1 bytes as UTF-8 in one line, without what would change a terminal; quotes and backslashes are escaped. */
export function printable(name: string): string {
  const text = name.replace(/[\x80-\xff]+/g, (bytes) => Buffer.from(bytes, "latin1").toString());
  // Controls of C1 and of writing direction change what a terminal shows as well.
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(
      /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}
