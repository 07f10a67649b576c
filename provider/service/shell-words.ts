/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Words as a command of a POSIX shell. */
export function shellCommand(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
