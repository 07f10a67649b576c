import type { FileHandle } from "node:fs/promises";
import { expect, test } from "vitest";
import { writeFully } from "../../../provider/tree/write-fully.ts";

test("bytes arrive whole and in their places where the system takes only a few at a time", async () => {
  const file = Buffer.alloc(12);
  const slow = {
    async write(bytes: Uint8Array, from: number, length: number, at: number) {
      const bytesWritten = Math.min(3, length);
      file.set(bytes.subarray(from, from + bytesWritten), at);
      return { bytesWritten };
    },
  };
  await writeFully(slow as unknown as FileHandle, Buffer.from("abcdefgh"), 2);
  expect(file.toString("latin1")).toBe("\0\0abcdefgh\0\0");
});
