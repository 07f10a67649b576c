/** What an applet of busybox can be called. */
const token = /^[a-z0-9_.[-]{1,32}$/i;
/** An applet that every busybox has: its own name. */
const anchor = Buffer.from("\0busybox\0");

/**
 * The applets in a busybox program: it holds their names as one table of texts in the order of their bytes
 * (applet_names of libbb/appletlib.c), whatever links an image has to it.
 */
export function appletsOf(program: Buffer): ReadonlySet<string> {
  let best: string[] = [];
  for (let at = program.indexOf(anchor); at >= 0; at = program.indexOf(anchor, at + 1)) {
    const table = [...tokensBefore(program, at), ...tokensFrom(program, at + 1)];
    if (table.length > best.length) best = table;
  }
  return new Set(best);
}

/** The names from a position on, as long as each comes after the one before. */
function tokensFrom(program: Buffer, from: number): string[] {
  const found: string[] = [];
  for (let at = from; ; ) {
    const end = program.indexOf(0, at);
    const text = end < 0 ? "" : program.toString("latin1", at, end);
    if (!token.test(text) || text <= (found.at(-1) ?? "")) return found;
    found.push(text);
    at = end + 1;
  }
}

/** The names that end at a zero byte, backwards, as long as each comes before the one after it. */
function tokensBefore(program: Buffer, end: number): string[] {
  const found: string[] = [];
  let next = "busybox";
  for (let at = end; at > 0; ) {
    const start = program.lastIndexOf(0, at - 1);
    const text = program.toString("latin1", start + 1, at);
    if (!token.test(text) || text >= next) return found;
    found.unshift(text);
    next = text;
    at = start;
  }
  return found;
}
