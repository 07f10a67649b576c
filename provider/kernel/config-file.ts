/** The values of a kernel's `.config`, without quotes; what is "not set" is `n`. */
export function parseConfig(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const set = /^CONFIG_(\w+)=(.*)$/.exec(line);
    const unset = /^# CONFIG_(\w+) is not set$/.exec(line);
    if (set?.[1]) values.set(set[1], unquoted(set[2] ?? ""));
    else if (unset?.[1]) values.set(unset[1], "n");
  }
  return values;
}

/** A `.config` with options set in the place of what it says of them. */
export function withOptions(text: string, lines: ReadonlyMap<string, string>): string {
  const kept = text.split("\n").filter((line) => {
    const name = /^(?:# )?CONFIG_(\w+)[= ]/.exec(line)?.[1];
    return line !== "" && (name === undefined || !lines.has(name));
  });
  return [...kept, ...lines.values(), ""].join("\n");
}

/** An option as a line of a `.config`. */
export function configLine(name: string, value: string, isText: boolean): string {
  if (isText) return `CONFIG_${name}="${value.replaceAll(/["\\]/g, "\\$&")}"`;
  return value === "n" ? `# CONFIG_${name} is not set` : `CONFIG_${name}=${value}`;
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/g, "$1") : text;
}
