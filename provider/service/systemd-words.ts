/** A text as one word of a unit file that means just this text (systemd.syntax(7), "Quoting"): specifiers and line ends lose their meaning. */
export function unitWord(text: string): string {
  const plain = text.replaceAll("%", "%%");
  if (/^[\w@%./:=,+-]+$/.test(plain)) return plain;
  const escaped = plain
    .replace(/["\\]/g, "\\$&")
    .replace(/\p{Cc}/gu, (c) => (c < "\u0080" ? `\\x${Buffer.from(c).toString("hex")}` : c));
  return `"${escaped}"`;
}

/** A command line that starts a program under a name and with arguments of any text (systemd.service(5), "Command lines"). */
export function commandLine(program: string, words: readonly string[]): string {
  // Variables are replaced in the arguments, not in the path.
  return [`@${program}`, ...words.map((word) => word.replaceAll("$", "$$$$"))]
    .map(unitWord)
    .join(" ");
}
