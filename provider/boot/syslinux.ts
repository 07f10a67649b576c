import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Extlinux, prepareExtlinux } from "../plan/extlinux.ts";
import { loaderBytes } from "../plan/extlinux-area.ts";
import type { Context } from "../resource.ts";
import { firstFile, scratchFat } from "./scratch-fat.ts";

type Tools = Pick<Context, "runner" | "signal" | "store">;

const purpose = "to take SYSLINUX's boot loader";

/** SYSLINUX's loader without a place: the tool installs it on a scratch image, since no file on a system holds it as it is. */
export function takeLoader({ runner, signal, store }: Tools): Promise<Extlinux> {
  return store.stage(async (folder) => {
    const image = join(folder, "scratch.img");
    await writeFile(image, scratchFat());
    const args = ["--install", image];
    await runner.run(
      { tool: "syslinux", args, purpose, writes: folder, package: "syslinux" },
      { signal },
    );
    const bytes = await readFile(image);
    const found = firstFile(bytes);
    const ldlinuxSys = found.subarray(0, loaderBytes(found));
    return prepareExtlinux({ ldlinuxSys, bootSector: bytes.subarray(0, 512) });
  });
}

/** Files of Debian's syslinux-common by name, such as `mbr/mbr.bin`. */
export function takeSyslinuxFiles(
  names: readonly string[],
  { runner, signal, store }: Tools,
): Promise<Uint8Array[]> {
  return store.stage(async (folder) => {
    const args = [...names.map((name) => `/usr/lib/syslinux/${name}`), folder];
    await runner.run(
      { tool: "cp", args, purpose, writes: folder, package: "syslinux-common" },
      { signal },
    );
    return Promise.all(names.map((name) => readFile(join(folder, basename(name)))));
  });
}
