import { join } from "node:path";
import { partOfTree, type TreePart } from "../image/part-of-tree.ts";
import { withFiles } from "../image/with-files.ts";
import { sizingOf } from "../plan/layout-size.ts";
import type { Context } from "../resource.ts";
import { feed } from "../squashfs/streams.ts";
import { tarStream } from "../squashfs/tar-stream.ts";
import { commitFile } from "../store/commit-file.ts";
import { startPace } from "../tree/pace.ts";
import type { Entry } from "../tree/types.ts";
import { type ErofsNames, erofsArguments } from "./command.ts";
import { demandFits } from "./limits.ts";
import { compareErofs } from "./verify.ts";

/** What decides an erofs. */
export interface ErofsRequest extends TreePart, ErofsNames {
  readonly type: "erofs";
}

/** Packs a tree as a file of the store, and reads all of it back before it counts. */
export async function makeErofs(request: ErofsRequest, ctx: Context) {
  const part = await partOfTree(request, ctx);
  const tree = await withFiles(part.tree, part.files, request.sourceDateEpoch, ctx.store);
  const entries = tree.items.filter((item): item is Entry => item.kind === "entry");
  demandFits(entries);
  const total = entries.reduce((sum, { type, size }) => sum + (type === "file" ? size : 0), 0);
  const pace = startPace();
  return ctx.store.stage(async (folder) => {
    const file = join(folder, "filesystem.erofs");
    const step = {
      ...{ tool: "env", args: erofsArguments(file, request), writes: folder },
      ...{ purpose: "to pack the tree as erofs", package: "erofs-utils" },
    };
    const stream = () =>
      tarStream(entries, {
        ...{ sources: tree.sources, signal: ctx.signal, isWhole: true },
        sourcePath: (source) => ctx.store.path("layer", source),
        progress: (done) => ctx.log.progress(`packing ${pace(done, total)}`),
      });
    await feed(step, stream, ctx);
    ctx.log.progress("reading the erofs back");
    await compareErofs(file, entries, ctx.signal);
    const made = await commitFile(file, ctx);
    return { ...made, freeBytes: 0, sizing: sizingOf(made.sizeBytes) };
  });
}
