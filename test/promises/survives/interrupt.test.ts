import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAzurite } from "../../cloud/azurite.ts";
import { survivor } from "./fixture.ts";
import { startPulumi, upArguments } from "./pulumi.ts";
import { cloudRemains, stillRunning, storeProblems } from "./remains.ts";

let azurite: Awaited<ReturnType<typeof startAzurite>>;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite?.stop());

test.each([
  [1, "web-rootfs"],
  [1, "qcow2"],
  [2, "web-bootloader"],
  [2, "web-blob"],
])(
  "Ctrl-C pressed %i times while %s is being made leaves nothing half-done, and the next up succeeds and leaves nothing running",
  async (times, resource) => {
    const container = `interrupted-${times}-${resource}`;
    const project = await survivor({
      TEST_AZURE: azurite.connectionString,
      TEST_CONTAINER: container,
    });
    const running = startPulumi(project, upArguments);
    await running.prints(`${resource} creating`);
    for (let pressed = 0; pressed < times; pressed++) {
      // A person cannot press it twice in less.
      if (pressed > 0) await delay(200);
      process.kill(-running.pid, "SIGINT");
    }
    const { exitCode, output } = await running.ended;
    expect(exitCode).not.toBe(0);
    expect(output).toContain("^C received; cancelling.");
    // Once, Pulumi waits for the step that runs.
    if (times === 1) expect(output).toContain("error: update canceled");
    if (times === 1) expect(await stillRunning(project.store)).toEqual([]);
    expect(await storeProblems(project.store)).toEqual([]);
    await project.up();
    expect(await stillRunning(project.store)).toEqual([]);
    expect((await cloudRemains(azurite.port, container)).remains).toEqual([]);
    await project.dispose();
  },
);
