const legal = "A-Z0-9!#$%&'()@^_`{}~-";
const shortPattern = new RegExp(`^([${legal}]{1,8})(?:\\.([${legal}]{1,3}))?$`);
const illegal = new RegExp(`[^${legal}]`, "gu");

/**
 * The names of eight and three characters for the names of one directory, as the 11 bytes of its entries (fatgen103, long directory
 * entries). No two are the same; a name that fits but for its case keeps its letters.
 */
export function shortNames(longNames: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const taken = new Set<string>();
  const give = (long: string, short: string) => {
    found.set(long, short);
    taken.add(short);
  };
  for (const long of longNames) {
    const [, base, extension = ""] = shortPattern.exec(asciiUpper(long)) ?? [];
    if (base !== undefined) give(long, padded(base, extension));
  }
  const numbers = new Map<string, number>();
  for (const long of longNames) {
    if (found.has(long)) continue;
    const { base, extension } = stemOf(long);
    const key = `${base.slice(0, 6)}.${extension}`;
    for (let number = numbers.get(key) ?? 1; ; number++) {
      const tail = `~${number}`;
      const short = padded(base.slice(0, 8 - tail.length) + tail, extension);
      if (taken.has(short)) continue;
      numbers.set(key, number + 1);
      give(long, short);
      break;
    }
  }
  return found;
}

/** True where the short name says all: no long one has to be written. */
export function isShort(long: string, short: string): boolean {
  const [, base, extension = ""] = shortPattern.exec(long) ?? [];
  return base !== undefined && padded(base, extension) === short;
}

function padded(base: string, extension: string): string {
  return base.padEnd(8) + extension.padEnd(3);
}

function asciiUpper(text: string): string {
  return text.replace(/[a-z]/g, (c) => c.toUpperCase());
}

function stemOf(long: string): { base: string; extension: string } {
  const text = asciiUpper(long).replaceAll(" ", "").replace(/^\.+/, "");
  const dot = text.lastIndexOf(".");
  const clean = (part: string) => part.replaceAll(".", "").replace(illegal, "_");
  return {
    base: clean(dot < 0 ? text : text.slice(0, dot)).slice(0, 8) || "_",
    extension: dot < 0 ? "" : clean(text.slice(dot + 1)).slice(0, 3),
  };
}
