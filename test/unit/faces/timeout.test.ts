import { expect, test } from "vitest";
import { withTimeout } from "../../../provider/faces/timeout.ts";

const limit = { seconds: 0.01, name: "customTimeouts.create" };
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(new Error("a tool was killed")));
  });

test("work that takes longer than its limit is stopped, and the error names the limit", async () => {
  const never = new AbortController().signal;
  await expect(withTimeout(never, limit, untilAborted)).rejects.toThrow(
    "Stopped after 0.01 s (customTimeouts.create)",
  );
});

test("work that a user stops says so", async () => {
  const stopped = AbortSignal.abort(new Error("Stopped by the user"));
  await expect(withTimeout(stopped, limit, untilAborted)).rejects.toThrow("Stopped by the user");
});

test("work without a limit takes as long as it takes", async () => {
  const never = new AbortController().signal;
  const none = { seconds: 0, name: "customTimeouts.create" };
  expect(await withTimeout(never, none, async () => "done")).toBe("done");
});

test("a limit of a month is none that is over at once", async () => {
  const month = { ...limit, seconds: 30 * 24 * 60 * 60 };
  const never = new AbortController().signal;
  const quick = async (signal: AbortSignal) => {
    await new Promise((done) => setTimeout(done, 10));
    return signal.aborted;
  };
  expect(await withTimeout(never, month, quick)).toBe(false);
});
