import { expect, test } from "vitest";
import { ContentError, ToolError } from "../../../provider/errors.ts";
import { explain } from "../../../provider/lifecycle/explain.ts";

const message = async (error: unknown) => ((await explain(error, "/usr")) as Error).message;

test.each([
  ["a system call", new Error("ENOSPC: no space left on device, write")],
  [
    "a tool",
    new ToolError("qemu-img failed\nqemu-img: error while writing: No space left on device"),
  ],
])("a full disk that %s met is named with its fix", async (_, error) => {
  expect(await message(error)).toMatch(
    /^The disk is full: .*no space left on device.*\n\(make room for the store \/usr \(\d+ MB are free now\), or set BOOTWRIGHT_STORE/i,
  );
});

test("a disk that is full on the engine's side is told apart from the store's", async () => {
  const error = new ToolError(
    "The image does not build: write /var/lib/docker/x: no space left on device",
  );
  expect(await message(error)).toContain("(make room for the Docker engine (docker system df");
});

test("an engine that is not there is named with its fix", async () => {
  const said =
    "Cannot connect to the Docker daemon at unix:///nowhere. Is the docker daemon running?";
  expect(await message(new ToolError(`The image does not build: ${said}`))).toMatch(
    /^The Docker engine does not answer: .*\n\(start it .* and run pulumi up again; what was finished is kept\)$/,
  );
});

test("any other error stays as it is", async () => {
  const error = new ContentError("/etc/passwd is a folder");
  expect(await explain(error, "/")).toBe(error);
});
