import { join } from "node:path";
import { execa } from "execa";
import { packPlugin } from "../bin/pack-plugin.ts";
import { print } from "../bin/setup/progress.ts";
import type { Samples } from "./figures.ts";
import { makeProject, type Project } from "./project.ts";
import { type Files, resourcesOf } from "./projects.ts";
import { formatRows } from "./table.ts";

const rounds = 8;
const many = 25;

/** Seconds of `pulumi up`, of one resource and of many, when it makes them and when nothing has changed. */
export interface FaceTimes {
  readonly name: string;
  readonly made: Samples;
  readonly madeMany: Samples;
  readonly again: Samples;
  readonly againMany: Samples;
}

/** Times stacks of a resource that runs no tool, by either face, against a dynamic provider that does nothing. That one comes first. */
export async function timeFaces(home: string): Promise<FaceTimes[]> {
  const packed = join(home, "packed");
  await packPlugin(packed);
  const own = join(import.meta.dirname, "../bin");
  const faces = [
    { name: "a dynamic provider that does nothing", face: "trivial" },
    { name: "in the program", face: "dynamic" },
    { name: "plugin", face: "plugin", path: own },
    { name: "plugin, packed", face: "plugin", path: packed },
  ] as const;
  const pairs = await Promise.all(
    faces.map(async (face, i) => {
      const make = (count: number): Promise<Project> => {
        const files: Files = resourcesOf(face.face, count, "path" in face ? face.path : undefined);
        return makeProject(join(home, `face-${i}-${count}`), files);
      };
      return { name: face.name, one: await make(1), all: await make(many) };
    }),
  );
  const found = pairs.map(({ name }) => ({
    ...{ name, made: [], madeMany: [], again: [], againMany: [] },
  })) as { [Key in keyof FaceTimes]: Key extends "name" ? string : number[] }[];
  for (let round = 0; round < rounds; round++) {
    const order = [...pairs.keys()];
    for (const i of round % 2 === 0 ? order : order.reverse()) {
      const { one, all, name } = pairs[i]!;
      const times = found[i]!;
      for (const project of [one, all]) {
        await project.forgetStack();
        await execa("sync");
        const [made, again] =
          project === one ? [times.made, times.again] : [times.madeMany, times.againMany];
        made.push(await project.up());
        again.push(await project.up());
      }
      print(`  round ${round + 1} of ${rounds}: ${name}`);
    }
  }
  return found;
}

/**
 * The times as lines of a table: what a face costs once, and for each resource. Of all rounds the least counts, not the median: differences of
 * a few milliseconds are looked for, and whatever else the machine does makes an update longer, never shorter.
 */
export function formatFaces(times: readonly FaceTimes[]): string[] {
  const least = (samples: Samples) => Math.min(...samples);
  const trivial = least(times[0]?.again ?? []);
  const each = (all: Samples, one: Samples) =>
    `${Math.round((1000 * (least(all) - least(one))) / (many - 1))} ms`;
  const rows = times.map(({ name, made, madeMany, again, againMany }) => [
    name,
    `${least(again).toFixed(2)} s`,
    `${(least(again) - trivial).toFixed(2)} s`,
    each(againMany, again),
    each(madeMany, made),
  ]);
  return formatRows([faceHeads, ...rows], faceHeads.length);
}

const faceHeads = [
  "face",
  "up of one, unchanged",
  "− nothing",
  "each more, unchanged",
  "each more, made",
];
