import fc from "fast-check";
import { expect, test } from "vitest";
import { serialReader } from "../../../provider/host/serial.ts";

function read(expected: string[], ...chunks: (string | Uint8Array)[]) {
  const reader = serialReader(expected);
  for (const chunk of chunks)
    reader.push(typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk);
  return reader;
}

test("a text counts wherever the bytes are cut, even inside a letter or an escape sequence", () => {
  const bytes = Buffer.from("\x1b[0;32m  OK  \x1b[0m] Gerät \x1b]0;title\x07bereit\r\nweb login: ");
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
      const ends = [...cuts.sort((a, b) => a - b), bytes.length];
      const chunks = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
      const reader = read(["OK  ] Gerät bereit", "login:"], ...chunks);
      expect(reader.met).toBe(2);
      expect(reader.lastLines()).toEqual(["  OK  ] Gerät bereit", "web login: "]);
    }),
  );
});

test("texts count in their order only, and no letter counts twice", () => {
  expect(read(["b", "a"], "a b").met).toBe(1);
  expect(read(["b", "a"], "a b a").met).toBe(2);
  expect(read(["aa", "aa"], "aaa").met).toBe(1);
  expect(read(["aa", "aa"], "aa", "a", "a").met).toBe(2);
});

test("a text that is not there is not met", () => {
  expect(read(["login:"], "logi", "\n", "n:").met).toBe(0);
  expect(read(["login:"]).met).toBe(0);
});

test("a kernel panic is told by its line, once that is complete", () => {
  const reader = read(["x"], "Linux\n[ 1.0] Kernel panic - not", " syncing: VFS");
  expect(reader.panic).toBeUndefined();
  reader.push(Buffer.from(": no root\r\n"));
  expect(reader.panic).toBe("[ 1.0] Kernel panic - not syncing: VFS: no root");
  reader.push(Buffer.from("line\n".repeat(100)));
  expect(reader.panic).toBe("[ 1.0] Kernel panic - not syncing: VFS: no root");
  expect(read(["x"], "Kernel panic! - not syncing\n").panic).toBeUndefined();
});

test("the last 20 lines are kept, without escapes, control characters or empty lines", () => {
  const lines = Array.from({ length: 50 }, (_, i) => `\x1b[1mline\x07 ${i}\x1b[m\r\n\r\n`);
  const last = read([], ...lines).lastLines();
  expect(last.length).toBeLessThanOrEqual(20);
  expect(last.at(-1)).toBe("line 49");
  expect(last.join("")).not.toMatch(/\p{Cc}/u);
});

test("a guest that never ends its line or its escape sequence takes no memory", () => {
  const reader = read(["login:"]);
  for (let i = 0; i < 2000; i++) reader.push(Buffer.alloc(1024, i < 1000 ? "x" : "\x1b]0;"));
  reader.push(Buffer.from("\x07 login:"));
  expect(reader.met).toBe(1);
  expect(reader.lastLines().join("").length).toBeLessThan(20_000);
});
