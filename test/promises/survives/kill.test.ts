import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, type TestContext, test } from "vitest";
import { startAzurite } from "../../cloud/azurite.ts";
import type { Project, Run } from "../project.ts";
import { seededRandom, survivor } from "./fixture.ts";
import { killTree, pulumi, startPulumi, upArguments } from "./pulumi.ts";
import { blobDigest, cloudRemains, fileDigest, stillRunning, storeProblems } from "./remains.ts";

// Each costs about 25 s.
const kills = process.env.BOOTWRIGHT_TEST_ALL ? 20 : 2;
const half = kills / 2;
const random = seededRandom(20);
/** Instants as shares of an undisturbed run's time, one in each of as many equal parts of it. */
const instants = Array.from(
  { length: half },
  (_, i) => Math.round((1000 * (i + random())) / half) / 1000,
);

let azurite: Awaited<ReturnType<typeof startAzurite>>;
const opened: Project[] = [];
let undisturbed: Project;
let disturbed: Project;
let first: { run: Run; milliseconds: number };
let updateMilliseconds: number;

beforeAll(async () => {
  azurite = await startAzurite();
  undisturbed = await open("undisturbed");
  first = await timed(() => undisturbed.up());
  disturbed = await open("disturbed");
  await disturbed.up();
  await undisturbed.write("image/site/index.html", "to see how long an update takes");
  updateMilliseconds = (await timed(() => undisturbed.up())).milliseconds;
  await undisturbed.write("image/site/index.html", "one");
  await undisturbed.up();
});
afterAll(async () => {
  for (const project of opened) await project.dispose();
  await azurite?.stop();
});

async function open(container: string): Promise<Project> {
  const env = { TEST_AZURE: azurite.connectionString, TEST_CONTAINER: container };
  const project = await survivor(env, { boots: true });
  opened.push(project);
  return project;
}

async function timed(work: () => Promise<Run>): Promise<{ run: Run; milliseconds: number }> {
  const start = performance.now();
  return { run: await work(), milliseconds: performance.now() - start };
}

/** Everything that a run made, and nothing of where it was made. */
async function results(run: Run, container: string) {
  const { path, qcow2Path, blobName, ...digests } = run.outputs;
  return {
    ...digests,
    diskBytes: await fileDigest(String(path)),
    qcow2Bytes: await fileDigest(String(qcow2Path)),
    blobName,
    blobBytes: await blobDigest(azurite.port, container, String(blobName)),
  };
}

interface Killing {
  readonly project: Project;
  readonly container: string;
  readonly milliseconds: number;
}

/** Kills an update at an instant, does what a person would do, and looks at what is left. */
async function killAndRecover(
  { project, container, milliseconds }: Killing,
  { annotate }: TestContext,
) {
  const running = startPulumi(project, upArguments);
  await Promise.race([delay(milliseconds), running.ended]);
  killTree(running.pid);
  const { output } = await running.ended;
  const [left, cloud] = [
    await stillRunning(project.store),
    await cloudRemains(azurite.port, container),
  ];
  const last = output.trim().split("\n").at(-1)?.trim();
  await annotate(
    `after ${Math.round(milliseconds)} ms, behind "${last}", left: ${[...left, ...cloud.remains].join("; ")}`,
  );
  await pulumi(project, "cancel", "--yes");
  const run = await project.up().catch((error: Error) => {
    throw new Error(`after a kill behind\n${output}\nthe next up failed: ${error.message}`);
  });
  expect(await stillRunning(project.store)).toEqual([]);
  expect(await storeProblems(project.store)).toEqual([]);
  const { versions, remains } = await cloudRemains(azurite.port, container);
  expect(remains).toEqual([]);
  expect(versions).toContain(run.outputs.blobName);
  return { run, versions };
}

test.for(instants)(
  "killed at %s of its first run, the next makes what an undisturbed one makes, and nothing is left",
  async (instant, context) => {
    const container = `first-${opened.length}`;
    const project = await open(container);
    const milliseconds = instant * first.milliseconds;
    const { run, versions } = await killAndRecover({ project, container, milliseconds }, context);
    expect(await results(run, container)).toEqual(await results(first.run, "undisturbed"));
    expect(versions).toHaveLength(1);
    await project.dispose();
  },
);

test.for(instants)(
  "killed at %s of an update, the next makes what an undisturbed one makes, and nothing is left",
  async (instant, context) => {
    const content = `changed before the kill at ${instant}`;
    for (const project of [undisturbed, disturbed])
      await project.write("image/site/index.html", content);
    const expected = await undisturbed.up();
    const milliseconds = instant * updateMilliseconds;
    const killing = { project: disturbed, container: "disturbed", milliseconds };
    const { run, versions } = await killAndRecover(killing, context);
    expect(await results(run, "disturbed")).toEqual(await results(expected, "undisturbed"));
    expect(versions).toHaveLength(2);
  },
);
