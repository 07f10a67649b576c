/** Longest name, in UTF-16 units. */
const mostUnits = 255;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in a name.
const forbidden = /[\u0000-\u001f\u007f"*/:<>?\\|\uffff]/;

/** Names that are devices to DOS and Windows, whatever stands behind a dot. */
const devices = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i;

/** A name of a tree (a character is a byte) in the UTF-16 that FAT writes; undefined where it is no UTF-8. */
export function longName(name: string): string | undefined {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(Buffer.from(name, "latin1"));
  } catch {
    return undefined;
  }
}

/** Why FAT cannot keep a name of a tree as it is; undefined where it can (Microsoft, Naming Files, Paths, and Namespaces). */
export function nameProblem(name: string): string | undefined {
  const long = longName(name);
  if (long === undefined) return "its name is not UTF-8";
  if (long.length > mostUnits)
    return `its name has ${long.length} UTF-16 units, FAT holds ${mostUnits}`;
  const [found] = forbidden.exec(long) ?? [];
  if (found !== undefined) return `its name has ${JSON.stringify(found)}, which FAT does not allow`;
  if (/[. ]$/.test(long)) return "its name ends with a dot or a space, which FAT does not keep";
  if (devices.test(long)) return "its name is that of a device of DOS and Windows";
  return undefined;
}

/** Equal for names that are one name to FAT, which does not tell upper case from lower. */
export function foldedName(long: string): string {
  const upper = (c: string) => (c.toUpperCase().length === c.length ? c.toUpperCase() : c);
  return Array.from(long, upper).join("");
}
