import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { makeRoom } from "../../../provider/tree/make-room.ts";

test.each([
  ["many entries: what nothing uses is given back", 100_000, true],
  ["few entries: nothing is looked for", 1000, false],
])("%s", async (_, entries, isGone) => {
  const unused = new WeakRef({ bytes: Buffer.alloc(100) });
  // A WeakRef keeps its object until the task that made it ends.
  await setImmediate();
  makeRoom(entries);
  expect(unused.deref() === undefined).toBe(isGone);
});
