import { type DockerfileStage, type Instruction, instructionAt } from "../image/dockerfile.ts";
import type { HistoryEntry } from "../tree/ingest/image-config.ts";

/** What made a layer. */
export interface LayerInstruction {
  /** The instruction, on one line; of a base image as its history tells it; empty where nobody wrote it down. */
  readonly instruction: string;
  /** Number of its first line in the Dockerfile; absent for a layer of a base image, or where the Dockerfile is not at hand. */
  readonly line?: number;
}

/**
 * The instruction that made each of `count` layers, bottom first. A builder writes one line of history for each instruction, whether
 * or not it makes a layer: those of the built stages are the last ones, and are matched to the Dockerfile from its end, as long as the
 * keywords agree.
 */
export function layerInstructions(
  count: number,
  history: readonly HistoryEntry[],
  written: readonly Instruction[] = [],
): LayerInstruction[] {
  const found: LayerInstruction[] = [];
  let at = written.length;
  for (let i = history.length - 1; i >= 0; i--) {
    const { createdBy, emptyLayer } = history[i]!;
    const source = at > 0 ? written[at - 1] : undefined;
    const matches = source?.keyword === /^\w*/.exec(createdBy)![0].toUpperCase();
    // What follows a line that does not match is anybody's guess.
    at = matches ? at - 1 : 0;
    if (emptyLayer) continue;
    found.push(
      matches && source
        ? { instruction: oneLine(source.text), line: source.line }
        : { instruction: withoutArguments(createdBy) },
    );
  }
  // A history that is missing, or that of the uppermost layers only.
  const known = found.slice(0, count).reverse();
  const unknown = Array.from({ length: count - known.length }, () => ({ instruction: "" }));
  return [...unknown, ...known];
}

/** The instructions that lead to a stage, those of the stages that it starts from first: what a builder writes a line of history for. */
export function instructionsOf(stages: readonly DockerfileStage[], target?: string): Instruction[] {
  const wanted = target === undefined ? stages.length - 1 : findStage(stages, target);
  const chain: Instruction[] = [];
  for (let i = wanted; i >= 0; ) {
    const { instructions, from } = stages[i]!;
    const base = findStage(stages.slice(0, i), from);
    chain.unshift(
      ...(stages[base]?.instructions ?? []).flatMap(triggered),
      ...instructions.filter(({ keyword }) => keyword !== "ONBUILD"),
    );
    i = base;
  }
  return chain;
}

/** What an ONBUILD has done when another stage starts from its own. */
function triggered({ line, keyword, text }: Instruction): Instruction[] {
  if (keyword !== "ONBUILD") return [];
  return [instructionAt(line, text.replace(/^ONBUILD\s+/i, ""))];
}

/** Position of the stage that a name or a number means; -1 when it means an image. */
export function findStage(stages: readonly DockerfileStage[], name: string): number {
  const named = stages.findLastIndex((stage) => stage.name.toLowerCase() === name.toLowerCase());
  return named >= 0 || !/^\d+$/.test(name) || Number(name) >= stages.length ? named : Number(name);
}

/** A RUN as BuildKit writes it down holds the values of build arguments, which may be secrets (`RUN |1 TOKEN=… /bin/sh -c …`). */
function withoutArguments(createdBy: string): string {
  const text = oneLine(createdBy).replace(/ # buildkit$/, "");
  const shell = /^RUN \|\d+ .*? (\/bin\/(?:sh|bash) -\S+ .*)$/.exec(text);
  if (shell) return `RUN ${shell[1]}`;
  return /^RUN \|\d+ /.test(text) ? "RUN (not shown: it holds build arguments)" : text;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
