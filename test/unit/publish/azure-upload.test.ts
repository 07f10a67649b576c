import { setTimeout } from "node:timers/promises";
import type { PageBlobClient } from "@azure/storage-blob";
import { expect, onTestFinished, test } from "vitest";
import { putRanges } from "../../../provider/publish/azure-upload.ts";

const source = {
  sizeBytes: 2048,
  read: async (_: number, into: Buffer) => into,
  close: async () => {},
};
const ranges = [0, 512, 1024].map((start) => ({ start, end: start + 512 }));

test("an upload that fails while others are still ending is an error of its caller, and of nobody else", async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown) => void unheard.push(error);
  process.on("unhandledRejection", hear);
  onTestFinished(() => void process.off("unhandledRejection", hear));
  const ended: number[] = [];
  const blob = {
    async uploadPages(_: Buffer, start: number) {
      if (start === 0) throw new Error("refused");
      await setTimeout(20);
      ended.push(start);
    },
  } as unknown as PageBlobClient;
  const options = { conditions: { leaseId: "" }, concurrency: 2, progress: () => {} };
  const signal = new AbortController().signal;
  await expect(putRanges(blob, source, ranges, { ...options, signal })).rejects.toThrow("refused");
  expect(ended).toEqual([512]);
  expect(unheard).toEqual([]);
});
