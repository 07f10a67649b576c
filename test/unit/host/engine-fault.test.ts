import { expect, test } from "vitest";
import { BootError, ToolError } from "../../../provider/errors.ts";
import { despiteEngineFaults, mostAttempts } from "../../../provider/host/engine-fault.ts";

const said = "docker: Error response from daemon: OCI runtime create failed: runc";

test.each<[string, Error, number]>([
  [
    "a container that the engine could not set up is tried again",
    new ToolError(said),
    mostAttempts,
  ],
  ["a tool that failed is not", new ToolError("mkfs.fat failed"), 1],
  [
    "nor is a machine whose own engine says so on its console: it has run, and written to its disk",
    new BootError(`No "login:" on the serial console\n${said}`),
    1,
  ],
])("%s", async (_what, error, times) => {
  let attempts = 0;
  const work = async () => {
    attempts++;
    throw error;
  };
  await expect(despiteEngineFaults(work)).rejects.toBe(error);
  expect(attempts).toBe(times);
});
