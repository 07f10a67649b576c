import { type Figure, minus, type Samples } from "./figures.ts";
import type { Peaks } from "./memory.ts";
import type { MachinePeaks } from "./peaks.ts";
import type { Timings } from "./timings.ts";
import type { Uploads } from "./uploads.ts";

/** What a machine of ours may take in memory, whatever the image's size. */
const mostMemoryBytes = 300e6;
/** What a change of 1 MB may send. */
const mostDeltaBytes = 3.5e6;

/** Puts everything that was measured into the lines of one table. */
export function figuresOf(
  timings: Timings,
  uploads: Uploads,
  memory: { readonly trivial: Peaks; readonly machines: readonly MachinePeaks[] },
): Figure[] {
  return [...timeFigures(timings), ...uploadFigures(timings, uploads), ...memoryFigures(memory)];
}

function timeFigures(t: Timings): Figure[] {
  const { script, save, trivial } = t;
  const against = (name: string, ours: Samples): Figure => ({
    ...{ name, unit: "s", ours, script, save, trivial },
  });
  return [
    ...(script ? [against("the script itself", script)] : []),
    against("docker save itself", save),
    against("up of a trivial stack itself", trivial),
    against("first up − trivial: exports and indexes layers", minus(t.first, t.firstTrivial)),
    against("cold up − trivial: layers stored, not indexed", minus(t.coldUnindexed, trivial)),
    {
      ...against("cold up − trivial: layers stored", minus(t.cold, trivial)),
      aim: { of: "script", how: "ratio", most: 0.35 },
    },
    {
      ...against("one file: up after saving it − trivial", minus(t.oneFile, trivial)),
      aim: { of: "script", how: "ratio", most: 0.25 },
    },
    {
      ...{ name: "no change: up", unit: "s", ours: t.noChange, trivial: t.noChangeTrivial },
      ...{ script, save },
      aim: { of: "trivial", how: "difference", most: 0.3 },
    },
    {
      ...{ name: "no change: preview and up", unit: "s", ours: t.previewed },
      ...{ script, save, trivial: t.previewedTrivial },
    },
  ];
}

/** The script's disk, and a client that does not look into it, would send all of it. */
function uploadFigures({ script, savedBytes }: Timings, uploads: Uploads): Figure[] {
  const others = {
    unit: "bytes" as const,
    script: script && [uploads.vhdBytes],
    save: [savedBytes],
  };
  return [
    { ...others, name: "full upload (script: its whole disk)", ours: [uploads.fullBytes] },
    {
      ...others,
      name: "upload after a change of 1 MB",
      ours: [uploads.deltaBytes],
      aim: { of: "itself", how: "value", most: mostDeltaBytes },
    },
  ];
}

/** The most that each of our processes held, for each machine. */
export function memoryFigures(memory: {
  readonly trivial: Peaks;
  readonly machines: readonly MachinePeaks[];
}): Figure[] {
  return memory.machines.flatMap(({ contentBytes, entries, peaks }) => {
    const size = `${Math.round(contentBytes / 1e6)} MB in ${entries} entries`;
    return (["provider", "program"] as const).map(
      (name): Figure => ({
        name: `peak memory of the ${name}, ${size}`,
        unit: "bytes",
        ours: [peaks[name]],
        trivial: [memory.trivial[name]],
        aim: { of: "itself", how: "value", most: mostMemoryBytes },
      }),
    );
  });
}
