/** Where a command's words go. */
export interface Terminal {
  /** Lines of the answer, to stdout. */
  print(text: string): void;
  /** How far something has come, to stderr: one line that replaces itself on a terminal, a line every few seconds elsewhere. */
  progress(text: string): void;
  /** A remark beside the answer, to stderr. */
  note(text: string): void;
  /** Why the command failed, to stderr. */
  fail(text: string): void;
}

const pipeGapMs = 5000;
const terminalGapMs = 100;
const eraseLine = "\r\x1b[K";

/** Whatever else was forgotten, no text of somebody else's moves the cursor, colours or turns a line; of JSON the value stays the same. */
function harmless(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The process's own output. */
export function openTerminal(
  out: NodeJS.WriteStream = process.stdout,
  errors: NodeJS.WriteStream = process.stderr,
): Terminal {
  let shown = false;
  let last = performance.now();
  const clear = () => {
    if (shown) errors.write(eraseLine);
    shown = false;
  };
  const say = (text: string) => {
    clear();
    errors.write(`${harmless(text)}\n`);
  };
  return {
    print: (text) => {
      clear();
      out.write(`${harmless(text)}\n`);
    },
    progress: (text) => {
      const now = performance.now();
      if (now - last < (errors.isTTY ? terminalGapMs : pipeGapMs)) return;
      last = now;
      if (!errors.isTTY) return say(text);
      errors.write(eraseLine + harmless(text).slice(0, Math.max(20, (errors.columns || 80) - 1)));
      shown = true;
    },
    note: say,
    fail: (text) => say(`bootwright: ${text}`),
  };
}
