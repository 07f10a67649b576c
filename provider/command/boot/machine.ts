import { join } from "node:path";
import { ContentError } from "../../errors.ts";
import { kvmWorks } from "../../host/kvm.ts";
import { processors } from "../../host/processors.ts";
import type { Machine } from "../../host/qemu.ts";
import type { Runner } from "../../host/tool.ts";
import { layOverlay } from "../../prove/disposable-disk.ts";
import { disposableUefi } from "../../prove/disposable-uefi.ts";
import { copyObject } from "../../store/export.ts";
import type { Store } from "../../store/store.ts";
import { loadVhd, openFile } from "../../store/vhd-view.ts";
import { type Found, findImage } from "../image/find.ts";
import { containerFormat } from "../image/formats.ts";
import { openIso } from "../image/iso.ts";
import type { Session } from "../session.ts";
import type { BootOptions } from "./options.ts";

/** What a machine is made in. */
export interface Place {
  readonly store: Store;
  readonly runner: Runner;
  /** A stage of the store, which goes when the machine has ended. */
  readonly folder: string;
  readonly session: Session;
}

const mostProcessors = 2;

/** The machine that starts an image, on an overlay: whatever it does, the image stays as it is. */
export async function machineOf(
  argument: string,
  { firmware, memoryMib, usb }: BootOptions,
  place: Place,
): Promise<Machine> {
  const { store, runner, folder, session } = place;
  const { signal } = session;
  const image = await visibleImage(argument, await findImage(argument, store), place);
  const kvm = runner.kind === "host" && (await kvmWorks(runner, { storeRoot: store.root, folder }));
  const media =
    image.isMedium && !usb
      ? { cdrom: image.path }
      : {
          disk: await layOverlay(image, folder, { runner, signal }),
          ...(usb && { diskOn: "usb" as const }),
        };
  return {
    accelerator: kvm ? "kvm" : "tcg",
    memoryMiB: memoryMib,
    cpus: Math.min(mostProcessors, processors()),
    ...(firmware === "uefi" && { uefi: await disposableUefi(folder, { runner, signal }) }),
    ...media,
    forwards: [],
  };
}

interface Visible {
  readonly path: string;
  readonly format: string;
  /** It lies in a CD drive. */
  readonly isMedium: boolean;
}

/** An image where steps see it: containers see the store alone, so the user's own are copied, with their holes, or by sharing blocks where the filesystem can. */
async function visibleImage(argument: string, found: Found, place: Place): Promise<Visible> {
  const { store, runner, folder, session } = place;
  const { object } = found;
  if (object && !["disk", "vhd", "file"].includes(object.kind))
    throw new ContentError(`${argument} is a ${object.kind}, which nothing can start`, {
      hint: "name the disk that was made of it, as store ls --kind disk shows it",
    });
  if (object?.kind === "vhd") {
    const { disk } = await loadVhd(found.path, object.digest);
    return { path: store.path("disk", disk), format: "raw", isMedium: false };
  }
  const source = await openFile(found.path);
  let path = found.path;
  try {
    const contained = await containerFormat(source, argument);
    // A fixed VHD is the raw disk; the footer behind it disturbs nobody.
    const format = contained === "vhd" ? "raw" : contained;
    const isMedium = format === "raw" && (await openIso(source)) !== undefined;
    if (!object && runner.kind === "container") {
      path = join(folder, "image");
      const progress = (text: string) => session.terminal.progress(text);
      await copyObject(found.path, path, session.signal, progress);
    }
    return { path, format, isMedium };
  } finally {
    await source.close();
  }
}
