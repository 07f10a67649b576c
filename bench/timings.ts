import { join } from "node:path";
import { execa } from "execa";
import { print } from "../bin/setup/progress.ts";
import { makeDiskByHand, whyNotByHand } from "./by-hand.ts";
import type { Samples } from "./figures.ts";
import { makeProject, type Project } from "./project.ts";
import { debianServer, trivial } from "./projects.ts";

const rounds = 3;
const pairs = 5;
const image = "bootwright-bench:latest";

/** Seconds of everything that is timed; samples at the same place are of the same round. */
export interface Timings {
  readonly first: Samples;
  readonly firstTrivial: Samples;
  readonly cold: Samples;
  readonly coldUnindexed: Samples;
  readonly oneFile: Samples;
  readonly trivial: Samples;
  /** Undefined where the steps by hand cannot be run. */
  readonly script: Samples | undefined;
  readonly save: Samples;
  /** Pairs of their own: their difference is small. */
  readonly noChange: Samples;
  readonly noChangeTrivial: Samples;
  readonly previewed: Samples;
  readonly previewedTrivial: Samples;
  /** Bytes of what `docker save` writes. */
  readonly savedBytes: number;
}

/** A measure and how one sample of it is taken. */
type Steps = Readonly<Record<string, () => Promise<number>>>;

/** Times the example against the steps by hand, `docker save` and a trivial stack, in turn. Leaves the example's project as it is last. */
export async function timeAll(
  home: string,
  docker: string,
): Promise<{ timings: Timings; project: Project }> {
  const project = await makeProject(join(home, "example"), debianServer);
  const other = await makeProject(join(home, "trivial"), trivial);
  print("Building the image in the engine, for the script and docker save");
  await execa(docker, ["build", "--tag", image, project.folder]);
  try {
    await other.up();
    print("The first up, into an empty store");
    const [first, firstTrivial] = [[await project.up()], [await other.up()]];
    const { sizeBytes } = await project.outputs();
    const savedBytes = await countSaved(docker);
    const byHand = whyNotByHand();
    let edits = 0;
    const steps: Steps = {
      ...(byHand === undefined && {
        script: () => makeDiskByHand(docker, image, Number(sizeBytes), join(home, "by-hand")),
      }),
      save: () => save(docker),
      trivial: () => other.up(),
      cold: () => project.forgetAllButLayers().then(() => project.up()),
      coldUnindexed: () => project.forgetAllButLayers({ indexes: false }).then(() => project.up()),
      oneFile: async () => {
        await project.write("site/index.html", `<p>Edit ${++edits}</p>\n`);
        return project.up();
      },
    };
    const found = await alternate(steps, rounds);
    const pairwise = await alternate(
      { noChange: () => project.up(), noChangeTrivial: () => other.up() },
      pairs,
    );
    const previewed = await alternate(
      {
        previewed: () => project.up({ preview: true }),
        previewedTrivial: () => other.up({ preview: true }),
      },
      rounds,
    );
    const timings = { ...found, ...pairwise, ...previewed, first, firstTrivial, savedBytes };
    return { timings: timings as unknown as Timings, project };
  } finally {
    await execa(docker, ["image", "rm", "--force", image]);
  }
}

/** Takes a sample of each measure in every round, in the opposite order every other round. */
async function alternate(steps: Steps, count: number): Promise<Record<string, number[]>> {
  const samples: Record<string, number[]> = {};
  const names = Object.keys(steps);
  for (let round = 0; round < count; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      // What the one before left to be written to the disk is not the next one's.
      await execa("sync");
      const seconds = (await steps[name]?.()) ?? Number.NaN;
      samples[name] = [...(samples[name] ?? []), seconds];
      print(`  round ${round + 1} of ${count}: ${name} ${seconds.toFixed(2)} s`);
    }
  }
  return samples;
}

async function save(docker: string): Promise<number> {
  const started = performance.now();
  await execa(docker, ["save", image], { stdout: { file: "/dev/null" }, buffer: false });
  return (performance.now() - started) / 1000;
}

/** Bytes of what `docker save` writes. */
async function countSaved(docker: string): Promise<number> {
  let bytes = 0;
  for await (const chunk of execa(docker, ["save", image], { buffer: false }).readable())
    bytes += (chunk as Buffer).length;
  return bytes;
}
