import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { ContentError } from "../../../provider/errors.ts";
import { ingestTar } from "../../../provider/tree/ingest/tar.ts";
import { indexLayer } from "../../../provider/tree/layer-index.ts";
import { mergeLayers } from "../../../provider/tree/merge.ts";
import type { Tree } from "../../../provider/tree/types.ts";

/** The last second that the tests' trees keep. */
export const epoch = 2 ** 33;

/** The tree of a stack of layer tars, each read as a stream, by the code that reads images. */
export async function treeOf(layers: readonly Iterable<Buffer>[], into: string): Promise<Tree> {
  const indexed = [];
  for (const layer of layers) {
    const taken = await ingestTar(Readable.from(layer), { into, maxBytes: 2 ** 32 });
    const { file, digest } = taken.layers[0]!;
    indexed.push({ digest, index: await indexLayer(file) });
  }
  return mergeLayers(indexed, { sourceDateEpoch: epoch });
}

/** Runs work with a destination in a folder of its own, and tells what else it left in that folder. */
export async function withDestination<T>(
  work: (into: string, home: string) => Promise<T>,
): Promise<{ result: T; outside: string[] }> {
  const home = await mkdtemp(join(tmpdir(), "hostile-"));
  try {
    const into = join(home, "into");
    await mkdir(into);
    const before = await readdir(home);
    const result = await work(into, home);
    const after = await readdir(home);
    return { result, outside: after.filter((name) => !before.includes(name)) };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** What a person is told when work is refused: fails unless it is a refusal, of one short printable line and a hint. */
export async function refusal(work: () => Promise<unknown>): Promise<string> {
  const error = await work().then(
    () => new Error("it was not refused"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ContentError)) throw error;
  const line = error.message.replace(/\n\(.*\)$/, "");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
  if (line.length > 1500 || /[\x00-\x1f\x7f]/.test(line)) {
    throw new Error(`not one clear line: ${JSON.stringify(line.slice(0, 2000))}`);
  }
  return line;
}

/** Runs work and tells by how many MiB the process grew at most, looked at every 50 ms. */
export async function measured<T>(work: () => Promise<T>): Promise<{ result: T; grown: number }> {
  const before = process.memoryUsage.rss();
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 50);
  try {
    const result = await work();
    look();
    return { result, grown: (most - before) / 2 ** 20 };
  } finally {
    clearInterval(timer);
  }
}
