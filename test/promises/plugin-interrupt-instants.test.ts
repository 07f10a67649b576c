import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { diskProgram, tinyFiles } from "./fixture.ts";
import { makeFaceProject } from "./plugin-project.ts";
import type { Project } from "./project.ts";
import { seededRandom } from "./survives/fixture.ts";
import { startPulumi, upArguments } from "./survives/pulumi.ts";
import { stillRunning, storeProblems } from "./survives/remains.ts";

const random = seededRandom(7);
const count = 10;
/** Shares of an undisturbed update's time, one in each of as many equal parts of it. */
const instants = Array.from(
  { length: count },
  (_, i) => Math.round((1000 * (i + random())) / count) / 1000,
);
const program = diskProgram.replace('"bootwright"', '"./face.ts"');

let project: Project;
let updateMilliseconds: number;
/** Seconds from each Ctrl-C until the CLI had ended. */
const seconds: number[] = [];

beforeAll(async () => {
  project = await makeFaceProject("plugin", program, tinyFiles);
  await project.up();
  await project.write("site/index.html", "to see how long an update takes");
  const start = performance.now();
  await startPulumi(project, upArguments).ended;
  updateMilliseconds = performance.now() - start;
});
afterAll(async () => {
  const found = seconds.map((one) => one.toFixed(1)).join(", ");
  const update = (updateMilliseconds / 1000).toFixed(1);
  console.info(`Seconds to stop: ${found}; an update that nobody disturbs takes ${update}`);
  await project?.dispose();
});

/** Ctrl-C; false where the update has ended by then, on a machine that has become quicker meanwhile. */
function interrupt(group: number): boolean {
  try {
    return process.kill(-group, "SIGINT");
  } catch {
    return false;
  }
}

test.each(instants)(
  "Ctrl-C after %f of an update ends it and leaves nothing pending or running",
  async (instant) => {
    await project.write("site/index.html", `interrupted after ${instant}`);
    const running = startPulumi(project, upArguments);
    await delay(instant * updateMilliseconds);
    const pressed = performance.now();
    if (interrupt(running.pid)) {
      await running.ended;
      seconds.push((performance.now() - pressed) / 1000);
    }
    const { deployment } = JSON.parse(await project.state()) as {
      deployment: { pending_operations?: unknown[] };
    };
    expect(deployment.pending_operations ?? []).toEqual([]);
    expect(await stillRunning(project.store)).toEqual([]);
    expect(await storeProblems(project.store)).toEqual([]);
  },
);

test("the next up makes what an undisturbed one makes", async () => {
  const { path: _, ...made } = (await project.up()).outputs;
  const other = await makeFaceProject("plugin", program, {
    ...tinyFiles,
    "site/index.html": `interrupted after ${instants.at(-1)}`,
  });
  try {
    expect((await other.up()).outputs).toMatchObject(made);
  } finally {
    await other.dispose();
  }
});
