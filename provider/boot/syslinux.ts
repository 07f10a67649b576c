import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { digestOf } from "../plan/canonical.ts";
import { prepareExtlinux } from "../plan/extlinux.ts";
import { loaderBytes } from "../plan/extlinux-area.ts";
import type { Context } from "../resource.ts";
import { readRecord, replaceFile } from "../store/record.ts";
import { firstFile, scratchFat } from "./scratch-fat.ts";

type Tools = Pick<Context, "runner" | "signal" | "store">;

const packages = ["syslinux", "syslinux-common"] as const;
const purpose = "to take SYSLINUX's boot loader";
const boot = ["mbr.bin", "gptmbr.bin"] as const;
const modules = ["ldlinux.c32", "menu.c32", "libcom32.c32", "libutil.c32"] as const;

/** What is taken of SYSLINUX: its loader without a place, boot code for a disk's first bytes, and modules. */
export type SyslinuxName = "ldlinux.sys" | "boot sector" | (typeof boot | typeof modules)[number];
type Files = Readonly<Record<SyslinuxName, string>>;

/**
 * SYSLINUX's files by name. They depend on nothing but the tools, so they are taken once for each version of these and kept beside the
 * toolbox's list of packages.
 */
export async function syslinuxFiles(ctx: Tools): Promise<(name: SyslinuxName) => Uint8Array> {
  const identity = await ctx.runner.identity(packages);
  const id = digestOf({ syslinux: 1, runner: ctx.runner.kind, identity }).slice("sha256:".length);
  const record = join(ctx.store.root, "tools", `syslinux-${id}.json`);
  const kept = await readRecord<{ files: Files; digest: string }>(record);
  const isWhole = kept?.files && kept.digest === digestOf(kept.files);
  const files = isWhole ? kept.files : await takeFiles(ctx);
  if (!isWhole)
    await replaceFile(ctx.store.root, record, JSON.stringify({ files, digest: digestOf(files) }));
  return (name) => Buffer.from(files[name], "base64");
}

async function takeFiles(tools: Tools): Promise<Files> {
  const [loader, copies] = await Promise.all([takeLoader(tools), copyFiles(tools)]);
  const texts = Object.entries({ ...loader, ...copies }).map(([name, bytes]) => [
    name,
    Buffer.from(bytes).toString("base64"),
  ]);
  return Object.fromEntries(texts);
}

/** The tool installs the loader on a scratch image, since no file on a system holds it as it is. */
function takeLoader({ runner, signal, store }: Tools) {
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
    const loader = prepareExtlinux({ ldlinuxSys, bootSector: bytes.subarray(0, 512) });
    return { "ldlinux.sys": loader.ldlinuxSys, "boot sector": loader.bootSector };
  });
}

/** Files of Debian's syslinux-common. */
function copyFiles({ runner, signal, store }: Tools) {
  const names = [
    ...boot.map((name) => `mbr/${name}`),
    ...modules.map((name) => `modules/bios/${name}`),
  ];
  return store.stage(async (folder) => {
    const args = [...names.map((name) => `/usr/lib/syslinux/${name}`), folder];
    await runner.run(
      { tool: "cp", args, purpose, writes: folder, package: "syslinux-common" },
      { signal },
    );
    const read = async (name: string) =>
      [basename(name), await readFile(join(folder, basename(name)))] as const;
    return Object.fromEntries(await Promise.all(names.map(read)));
  });
}
