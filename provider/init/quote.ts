/** A text as one word of a POSIX shell, whatever it holds but a zero byte: nothing in single quotes means anything. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
