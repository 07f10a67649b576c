import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Peaks, watchMemory } from "./memory.ts";
import { makeProject, type Project } from "./project.ts";
import { debianServer, type Files, large, manyFiles, small, trivial } from "./projects.ts";

/** The peaks of making one machine from nothing, and how large it is. */
export interface MachinePeaks {
  readonly contentBytes: number;
  readonly entries: number;
  readonly peaks: Peaks;
}

/** The peaks of a trivial stack, and those of machines of about 150 MB, 1 GB, 3 GB and of many small files, each into an empty store. */
export async function measurePeaks(
  home: string,
): Promise<{ trivial: Peaks; machines: readonly MachinePeaks[] }> {
  const machines: MachinePeaks[] = [];
  for (const [name, files] of Object.entries({ small, debianServer, large, manyFiles }))
    machines.push(
      await inProject(join(home, `peak-${name}`), files, async (project) => {
        const peaks = await peaksOfUp(project);
        const { contentBytes, entries } = await project.outputs();
        return { contentBytes: Number(contentBytes), entries: Number(entries), peaks };
      }),
    );
  return { trivial: await inProject(join(home, "peak-trivial"), trivial, peaksOfUp), machines };
}

async function inProject<T>(
  home: string,
  files: Files,
  work: (project: Project) => Promise<T>,
): Promise<T> {
  try {
    return await work(await makeProject(home, files));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function peaksOfUp(project: Project): Promise<Peaks> {
  let stop: (() => Peaks) | undefined;
  await project.up({
    onStart: (pid) => {
      stop = watchMemory(pid);
    },
  });
  return stop?.() ?? { program: 0, provider: 0 };
}
