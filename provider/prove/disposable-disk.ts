import { open } from "node:fs/promises";
import { join } from "node:path";
import { ContentError } from "../errors.ts";
import { needsAnotherFile } from "../plan/qcow2.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { loadVhd } from "../store/vhd-view.ts";

/** A disk that can be written to without changing the artefact that it shows. */
export interface DisposableDisk {
  /** A qcow2 file that holds only what the machine writes. */
  readonly overlay: string;
  /** Digest of the artefact: for a VHD, which only adds a footer, that of its disk. */
  readonly digest: string;
}

/** Lays an empty overlay over an artefact. */
export async function disposableDisk(
  image: Ref,
  folder: string,
  ctx: Context,
): Promise<DisposableDisk> {
  const path = await ctx.materialise(image);
  const shown =
    image.kind === "vhd"
      ? await diskOfVhd(path, image.digest, ctx)
      : { path, digest: image.digest };
  const format = image.kind === "file" ? await formatOf(shown.path) : "raw";
  return {
    overlay: await layOverlay({ path: shown.path, format }, folder, ctx),
    digest: shown.digest,
  };
}

/** Lays an empty overlay over a file that the runner can see; it takes what a machine writes, and the file stays as it is. */
export async function layOverlay(
  { path, format }: { path: string; format: string },
  folder: string,
  { runner, signal }: Pick<Context, "runner" | "signal">,
): Promise<string> {
  const overlay = join(folder, "overlay.qcow2");
  await runner.run(
    {
      tool: "qemu-img",
      args: ["create", "-q", "-f", "qcow2", "-F", format, "-b", path, overlay],
      purpose: "to keep the image as it is while it is tested",
      writes: folder,
      package: "qemu-utils",
    },
    { signal },
  );
  return overlay;
}

async function diskOfVhd(path: string, digest: string, ctx: Context) {
  const { disk } = await loadVhd(path, digest);
  return { path: ctx.store.path("disk", disk), digest: disk };
}

/** A qcow2 by its magic number, else raw. One that names another file would show that file to the machine. */
async function formatOf(path: string): Promise<"qcow2" | "raw"> {
  const handle = await open(path, "r");
  try {
    const header = Buffer.alloc(512);
    await handle.read(header, 0, 512, 0);
    if (header.toString("latin1", 0, 4) !== "QFI\u00fb") return "raw";
    if (needsAnotherFile(header))
      throw new ContentError(`The qcow2 image ${path} needs another file`, {
        hint: "flatten it with qemu-img convert -O qcow2",
      });
    return "qcow2";
  } finally {
    await handle.close();
  }
}
