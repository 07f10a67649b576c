import { expect, test } from "vitest";
import { carried } from "../../../provider/faces/carried.ts";
import { call } from "../../../provider/faces/dynamic.ts";

test("a message that fits is carried as it is", () => {
  expect(carried("The disk is full 💾\n(make room)")).toBe("The disk is full 💾\n(make room)");
});

test("half a character is replaced, in the dynamic face too: gRPC would give no answer", async () => {
  const half = "😀".slice(0, 1);
  expect(() => encodeURI(half)).toThrow();
  expect(carried(`cut ${half}`)).toBe("cut \ufffd");
  await expect(call(`cut ${half}`, "diff", [])).rejects.toThrow("no resource cut \ufffd");
});
