import { expect, test } from "vitest";
import { appletsOf } from "../../../provider/init/applets.ts";

const program = (...texts: string[]) => Buffer.from(`\x7fELF\0${texts.join("\0")}\0`, "latin1");

test("applets are the names around busybox's own, as long as they are in order", () => {
  const found = appletsOf(
    program("Usage: x", "[", "[[", "acpid", "busybox", "cat", "sh", "a text"),
  );
  expect([...found]).toEqual(["[", "[[", "acpid", "busybox", "cat", "sh"]);
});

test("a text elsewhere that only looks like the table is not taken for it", () => {
  const found = appletsOf(program("zzz", "busybox", "aaa", "ash", "busybox", "init", "sh"));
  expect([...found]).toEqual(["aaa", "ash", "busybox", "init", "sh"]);
});

test("a program that is no busybox has no applets", () => {
  expect(appletsOf(program("init", "sh")).size).toBe(0);
  expect(appletsOf(Buffer.alloc(0)).size).toBe(0);
});
