import { expect, test } from "vitest";
import { BootError, ToolError } from "../../../provider/errors.ts";
import { despiteEngineFaults, mostAttempts } from "../../../provider/host/engine-fault.ts";

const said = "docker: Error response from daemon: OCI runtime create failed: runc";
const unable = "unable to start container process";

test.each<[string, Error, number]>([
  [
    "a container that the engine could not set up is tried again",
    new ToolError(said),
    mostAttempts,
  ],
  [
    "so is a command in one that the engine could not begin",
    new ToolError(`OCI runtime exec failed: exec failed: ${unable}: EOF: unknown`),
    mostAttempts,
  ],
  [
    "and a RUN whose first process was lost",
    new ToolError(`runc run failed: ${unable}: read init-p: connection reset by peer`),
    mostAttempts,
  ],
  [
    "a program that is not there is not",
    new ToolError(
      `OCI runtime exec failed: exec failed: ${unable}: exec: "/x": stat /x: no such file`,
    ),
    1,
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
