import { join } from "node:path";
import { partOfTree, type TreePart } from "../image/part-of-tree.ts";
import { withFiles } from "../image/with-files.ts";
import { sizingOf } from "../plan/layout-size.ts";
import type { Context } from "../resource.ts";
import { commitFile } from "../store/commit-file.ts";
import { startPace } from "../tree/pace.ts";
import type { Entry } from "../tree/types.ts";
import { without } from "../tree/without.ts";
import { squashfsArguments } from "./command.ts";
import { demandFits } from "./limits.ts";
import type { SquashfsChoice } from "./options.ts";
import { feed, readFrom } from "./streams.ts";
import { tarStream } from "./tar-stream.ts";
import { compareSquashfs } from "./verify.ts";

/** What decides a squashfs. */
export interface SquashfsRequest extends TreePart {
  readonly type: "squashfs";
  readonly squashfs: SquashfsChoice;
  readonly sourceDateEpoch: number;
}

const tool = { package: "squashfs-tools" };

/** Packs a tree as a file of the store, and reads all of it back before it counts. */
export async function makeSquashfs(request: SquashfsRequest, ctx: Context) {
  const part = await partOfTree(request, ctx);
  const kept = without(part.tree, request.squashfs.exclude, "squashfs.exclude");
  const tree = await withFiles(kept, part.files, request.sourceDateEpoch, ctx.store);
  const entries = tree.items.filter((item): item is Entry => item.kind === "entry");
  demandFits(entries);
  return ctx.store.stage(async (folder) => {
    const file = join(folder, "filesystem.squashfs");
    await write(file, { entries, sources: tree.sources, request, folder }, ctx);
    await verify(file, { entries, folder }, ctx);
    const made = await commitFile(file, ctx);
    return { ...made, freeBytes: 0, sizing: sizingOf(made.sizeBytes) };
  });
}

interface Packing {
  readonly entries: readonly Entry[];
  readonly sources: readonly string[];
  readonly request: SquashfsRequest;
  readonly folder: string;
}

async function write(file: string, packing: Packing, ctx: Context): Promise<void> {
  const { entries, sources, request, folder } = packing;
  const root = entries.find(({ path }) => path === "") ?? { mode: 0o755, uid: 0, gid: 0, mtime: 0 };
  const total = entries.reduce((sum, { type, size }) => sum + (type === "file" ? size : 0), 0);
  const frame = { options: request.squashfs, root, sourceDateEpoch: request.sourceDateEpoch };
  const step = {
    ...{ ...tool, tool: "env", args: squashfsArguments(file, frame), writes: folder },
    purpose: "to pack the tree as squashfs",
  };
  const pace = startPace();
  const stream = () =>
    tarStream(entries, {
      ...{ sources, signal: ctx.signal },
      sourcePath: (source) => ctx.store.path("layer", source),
      progress: (done) => ctx.log.progress(`packing ${pace(done, total)}`),
    });
  await feed(step, stream, ctx);
}

async function verify(
  file: string,
  { entries, folder }: Pick<Packing, "entries" | "folder">,
  ctx: Context,
): Promise<void> {
  ctx.log.progress("reading the squashfs back");
  const step = {
    ...{ ...tool, tool: "unsquashfs", args: ["-pf", "-", file], writes: folder },
    purpose: "to compare the squashfs with the tree",
  };
  await readFrom(step, (output) => compareSquashfs(output, entries), ctx);
}
