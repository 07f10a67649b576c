import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join, relative } from "node:path";
import { root, work } from "../bin/setup/paths.ts";
import { print } from "../bin/setup/progress.ts";
import { whyNotByHand } from "./by-hand.ts";
import { type FaceTimes, formatFaces, timeFaces } from "./faces.ts";
import { type Figure, judge, median, ratio } from "./figures.ts";
import { measurePeaks } from "./peaks.ts";
import { figuresOf, memoryFigures } from "./report.ts";
import { formatTable } from "./table.ts";
import { timeAll } from "./timings.ts";
import { measureUploads } from "./uploads.ts";

/** A machine that does other things too makes seconds, and differences of seconds, worth little. */
const busyLoad = 0.5;

async function measure(home: string): Promise<Figure[]> {
  const { timings, project } = await timeAll(home, process.env.BOOTWRIGHT_DOCKER || "docker");
  print("Uploads to Azurite");
  const uploads = await measureUploads(project);
  return figuresOf(timings, uploads, await peaks(home));
}

function peaks(home: string): ReturnType<typeof measurePeaks> {
  print("Peak memory of four machines, each from nothing");
  return measurePeaks(home);
}

/** `npm run bench faces` measures the faces alone, `npm run bench memory` the memory. */
const part = process.argv[2];
const isWhole = part !== "faces" && part !== "memory";

const machine = {
  processors: `${availableParallelism()} × ${cpus()[0]?.model.trim()}`,
  memoryBytes: totalmem(),
  node: process.version,
  loadBefore: loadavg()[0] ?? 0,
};
const home = await mkdtemp(join(tmpdir(), "bootwright-bench-"));
let figures: Figure[] = [];
let faces: FaceTimes[] = [];
try {
  if (isWhole) figures = await measure(home);
  if (part === "memory") figures = memoryFigures(await peaks(home));
  else {
    print("Stacks of partition layouts, by each face");
    faces = await timeFaces(home);
  }
} finally {
  await rm(home, { recursive: true, force: true });
}

print("");
const byHand = whyNotByHand();
if (figures.length > 0) {
  for (const line of formatTable(figures)) print(line);
  print("");
}
if (isWhole) {
  print(
    byHand === undefined
      ? "script: the steps of an article that makes such a disk by hand, as root, from the same image."
      : `script: not measured, and no figure is made up: ${byHand}.`,
  );
  print(
    "Seconds are medians, ratios medians of ratios within one round; docker save writes to /dev/null.",
  );
}
if (figures.length > 0) {
  print(
    "Memory is VmHWM of the program's and the provider's process; builder and tools are not ours.",
  );
  print("");
}
if (faces.length > 0) for (const line of formatFaces(faces)) print(line);
if (machine.loadBefore > busyLoad)
  print(
    `The machine was busy: its load was ${machine.loadBefore.toFixed(1)} before the first round.`,
  );

const file = join(work, isWhole ? "bench.json" : `bench-${part}.json`);
await mkdir(work, { recursive: true });
const results = figures.map((figure) => ({
  ...figure,
  median: median(figure.ours),
  ratios: {
    script: ratio(figure.ours, figure.script),
    save: ratio(figure.ours, figure.save),
    trivial: ratio(figure.ours, figure.trivial),
  },
  verdict: judge(figure),
}));
await writeFile(
  file,
  `${JSON.stringify({ machine, byHand, figures: results, faces }, undefined, 2)}\n`,
);
print(`\n${relative(root, file)}`);
