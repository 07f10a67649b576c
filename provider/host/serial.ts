const esc = "\u001b";
/** ECMA-48: control sequences, strings (titles and the like), and short escapes. */
const sequences = new RegExp(
  `${esc}(?:\\[[0-?]*[ -/]*[@-~]|[\\]PX^_][^\\u0007${esc}]*(?:\\u0007|${esc}\\\\)|[ -/]*[0-Z\\\\^-~])`,
  "g",
);
/** The beginning of such a sequence at the end of what has arrived. */
const unfinished = new RegExp(
  `${esc}(?:\\[[0-?]*[ -/]*|[\\]PX^_][^\\u0007${esc}]*${esc}?|[ -/]*)$`,
);
/** A sequence longer than this is noise, not a sequence. */
const longestSequence = 4096;
const keptLines = 20;
const longestLine = 500;
const panicText = "Kernel panic - not syncing";

/** What a serial console has said so far. */
export interface SerialReader {
  /** Takes the next bytes, wherever they are cut. */
  push(bytes: Uint8Array): void;
  /** How many of the expected texts have appeared, one after the other. */
  readonly met: number;
  /** The line in which the kernel gives up, once it is complete. */
  readonly panic: string | undefined;
  /** The last 20 lines, without escape sequences. */
  lastLines(): string[];
}

/** Reads a serial console as a person would see it, looking for texts in their order. */
export function serialReader(expected: readonly string[]): SerialReader {
  const decoder = new TextDecoder();
  let held = "";
  const lines: string[] = [""];
  const wanted = textsInOrder(expected);
  let panic: string | undefined;
  return {
    push(bytes) {
      const text = held + decoder.decode(bytes, { stream: true });
      held = unfinished.exec(text)?.[0] ?? "";
      if (held.length > longestSequence) held = "";
      const seen = plain(text.slice(0, text.length - held.length));
      wanted.push(seen);
      const [first = "", ...rest] = seen.split("\n");
      lines.push(((lines.pop() ?? "") + first).slice(-longestLine), ...rest);
      panic ??= lines.slice(0, -1).find((line) => line.includes(panicText));
      lines.splice(0, lines.length - keptLines - 1);
    },
    get met() {
      return wanted.met;
    },
    get panic() {
      return panic;
    },
    lastLines: () => lines.filter((line) => line.trim() !== "").slice(-keptLines),
  };
}

/** Text without escape sequences and without control characters other than line ends and tabs. */
function plain(text: string): string {
  return text.replace(sequences, "").replace(/(?![\n\t])\p{Cc}/gu, "");
}

/** Finds texts one after the other in a stream; each begins behind the end of the one before. */
function textsInOrder(texts: readonly string[]) {
  let window = "";
  let met = 0;
  return {
    push(text: string) {
      window += text;
      for (let wanted = texts[met]; wanted !== undefined; wanted = texts[met]) {
        const at = window.indexOf(wanted);
        if (at < 0) {
          window = window.slice(Math.max(0, window.length - wanted.length + 1));
          return;
        }
        window = window.slice(at + wanted.length);
        met++;
      }
      window = "";
    },
    get met() {
      return met;
    },
  };
}
