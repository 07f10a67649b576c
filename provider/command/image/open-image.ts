import { ContentError } from "../../errors.ts";
import { loadPlan } from "../../ext4/object.ts";
import { PlanReader } from "../../ext4/read.ts";
import { openRunner } from "../../host/open-runner.ts";
import { copyObject } from "../../store/export.ts";
import type { ObjectName, Store } from "../../store/store.ts";
import { type ByteSource, loadVhd, openFile } from "../../store/vhd-view.ts";
import { loadTree } from "../../tree/object.ts";
import type { Session } from "../session.ts";
import { findImage } from "./find.ts";
import { containerFormat, type ImageFormat } from "./formats.ts";
import { region } from "./region.ts";
import { treeVolume } from "./tree-volume.ts";
import type { Volume } from "./volume.ts";

/** An image to look into: bytes, or a tree. */
export interface Image {
  /** What it was called by. */
  readonly name: string;
  readonly object?: ObjectName;
  readonly path: string;
  /** What its file is: `raw`, `qcow2`, `tree` … */
  readonly format: ImageFormat | "tree" | "ext4 plan";
  /** Its bytes as a machine sees them; undefined for a tree. */
  readonly source?: ByteSource;
  readonly tree?: Volume;
}

const vhdFooterBytes = 512;

/** Opens what an argument names for as long as work takes; what has to be unpacked for that is removed afterwards. */
export async function withImage<T>(
  argument: string,
  { store, session }: { store: Store; session: Session },
  work: (image: Image) => Promise<T>,
): Promise<T> {
  const found = await findImage(argument, store);
  const { object, path } = found;
  const named = { name: argument, path, ...(object && { object }) };
  const layerPath = (digest: string) => store.path("layer", digest);
  switch (object?.kind) {
    case "tree":
      return work({ ...named, format: "tree", tree: treeVolume(await loadTree(path), layerPath) });
    case "layer":
      throw new ContentError(`${argument} is a layer: a part of a tree, and a tar`, {
        hint: `tar --list --verbose --file ${path}`,
      });
    case "ext4": {
      const reader = new PlanReader(await loadPlan(path), layerPath);
      return using(planSource(reader), (source) => work({ ...named, format: "ext4 plan", source }));
    }
    case "vhd": {
      const { disk } = await loadVhd(path, object.digest);
      const source = await openFile(store.path("disk", disk));
      return using(source, () => work({ ...named, format: "vhd", source }));
    }
  }
  const source = await openFile(path);
  return using(source, async () => {
    const format = await containerFormat(source, argument);
    if (format === "raw") return work({ ...named, format, source });
    if (format === "vhd") {
      const disk = region(source, 0, source.sizeBytes - vhdFooterBytes);
      return work({ ...named, format, source: disk });
    }
    return store.stage(async (folder) => {
      const raw = await unpack(
        { path, format, folder, inStore: object !== undefined },
        store,
        session,
      );
      return using(await openFile(raw), (unpacked) => work({ ...named, format, source: unpacked }));
    });
  });
}

async function using<T>(source: ByteSource, work: (source: ByteSource) => Promise<T>): Promise<T> {
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

function planSource(reader: PlanReader): ByteSource {
  return {
    sizeBytes: reader.sizeBytes,
    async read(offset, into) {
      const wanted = into.subarray(
        0,
        Math.max(0, Math.min(into.length, reader.sizeBytes - offset)),
      );
      await reader.read(offset, wanted);
      return wanted;
    },
    close: () => reader.close(),
  };
}

/** Turns a qcow2 and its like into a raw file in a stage: steps see nothing but the store. */
async function unpack(
  image: { path: string; format: string; folder: string; inStore: boolean },
  store: Store,
  { terminal, signal }: Session,
): Promise<string> {
  const { format, folder } = image;
  const progress = (text: string) => terminal.progress(text);
  const copy = `${folder}/given`;
  if (!image.inStore) await copyObject(image.path, copy, signal, progress);
  const runner = await openRunner({ storeRoot: store.root, signal, log: { progress } });
  const raw = `${folder}/raw`;
  progress(`unpacks the ${format}`);
  await runner.run(
    {
      tool: "qemu-img",
      args: ["convert", "-f", format, "-O", "raw", image.inStore ? image.path : copy, raw],
      purpose: "to look into the image",
      writes: folder,
      package: "qemu-utils",
    },
    { signal },
  );
  return raw;
}
