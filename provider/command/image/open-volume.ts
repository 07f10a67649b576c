import type { ByteSource } from "../../store/vhd-view.ts";
import { openExt4 } from "./ext4.ts";
import { openFat } from "./fat.ts";
import { openIso } from "./iso.ts";
import { openSummary } from "./summaries.ts";
import type { Volume } from "./volume.ts";

/** The filesystem that begins where a source begins; undefined where there is none that is known. */
export async function openVolume(source: ByteSource): Promise<Volume | undefined> {
  for (const open of [openIso, openExt4, openSummary, openFat]) {
    const volume = await open(source);
    if (volume) return volume;
  }
  return undefined;
}
