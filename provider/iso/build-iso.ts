import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFat } from "../image/make-fat.ts";
import type { Context } from "../resource.ts";
import { commitFile } from "../store/commit-file.ts";
import { type GrubImages, takeGrub } from "./grub-image.ts";
import { memtestPaths } from "./grub-menu.ts";
import type { IsoPlan, IsoText } from "./plan.ts";
import { squashfsPapers } from "./squashfs-content.ts";
import { type IsoFile, verifyIso } from "./verify-iso.ts";
import { biosPath, isoArguments, runXorriso } from "./xorriso.ts";

const MiB = 2 ** 20;
const efiPath = "EFI/BOOT/BOOTX64.EFI";

/** Writes an ISO image as a file of the store, and reads every file of it back before it counts. */
export async function buildIso(plan: IsoPlan, ctx: Context) {
  return ctx.store.stage(async (folder) => {
    ctx.log.progress("making the boot loader");
    const grub = await takeGrub(plan.marker, folder, ctx);
    const files = await gather(plan, grub, folder, ctx);
    const out = join(folder, "image.iso");
    ctx.log.progress("writing the ISO image");
    const { volumeId, diskGuid, sourceDateEpoch } = plan;
    const esp = await espOf(plan, grub.efi, ctx);
    const frame = { volumeId, diskGuid, sourceDateEpoch, out, esp, hybrid: grub.hybridFile, files };
    await runXorriso(isoArguments(frame), "to write the ISO image", folder, ctx);
    await verifyIso(frame, folder, ctx);
    return commitFile(out, ctx);
  });
}

/** Everything that goes onto the medium, sorted by path, with the sums of it. */
async function gather(
  plan: IsoPlan,
  grub: GrubImages,
  folder: string,
  ctx: Context,
): Promise<IsoFile[]> {
  const medium = join(folder, "medium");
  const put = async (path: string, content: string | Uint8Array): Promise<IsoFile> => {
    const from = join(medium, path);
    await mkdir(dirname(from), { recursive: true });
    await writeFile(from, content);
    return { path, from };
  };
  const files: IsoFile[] = [];
  for (const { path, content } of plan.artefacts)
    files.push({ path, from: await ctx.materialise(content) });
  for (const { path, text } of [...plan.texts, ...(await papersOf(plan, ctx))])
    files.push(await put(path, text));
  if (plan.memtest)
    for (const path of Object.values(memtestPaths))
      files.push({ path, from: await takeMemtest(basename(path), folder, ctx) });
  files.push(await put(efiPath, grub.efi), await put(biosPath, grub.bios));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const sums: string[] = [];
  // xorriso writes into GRUB for a BIOS, so its sum would not hold.
  for (const { path, from } of files.filter((file) => file.path !== biosPath))
    sums.push(`${await md5File(from, ctx.signal)}  ./${path}\n`);
  return [...files, await put("md5sum.txt", sums.join(""))];
}

async function papersOf({ liveRoot }: IsoPlan, ctx: Context): Promise<IsoText[]> {
  if (!liveRoot) return [];
  ctx.log.progress("reading the squashfs's packages");
  return squashfsPapers({ ...liveRoot, file: await ctx.materialise(liveRoot.squashfs) }, ctx);
}

/** Copies a Memtest86+ of the toolbox to where its bytes can be read. */
async function takeMemtest(
  name: string,
  folder: string,
  { runner, signal }: Pick<Context, "runner" | "signal">,
): Promise<string> {
  const step = {
    ...{ tool: "cp", args: [`/boot/${name}`, folder], writes: folder },
    ...{ purpose: "to take Memtest86+", package: "memtest86+" },
  };
  await runner.run(step, { signal });
  return join(folder, name);
}

/** The FAT filesystem that UEFI starts from; UEFI knows FAT12 on removable media (UEFI 2.10 §13.3). */
async function espOf(plan: IsoPlan, efi: Uint8Array, ctx: Context): Promise<string> {
  const content = {
    kind: "file" as const,
    digest: await ctx.store.putBytes(efi),
    recipe: "",
  };
  const serial = plan.diskGuid.replaceAll("-", "").slice(0, 8).toUpperCase();
  const { ref } = await makeFat(
    {
      ...{ type: "fat12", subtree: "/", sourceDateEpoch: plan.sourceDateEpoch },
      partition: {
        ...{ offsetBytes: 0, sizeBytes: (Math.ceil(efi.length / MiB) + 1) * MiB },
        ...{ uuid: `${serial.slice(0, 4)}-${serial.slice(4)}`, label: "ESP" },
      },
      installs: [
        {
          ...{ partition: "esp", method: "files", directory: "/" },
          files: [{ path: `/${efiPath}`, mode: 0o644, content }],
        },
      ],
    },
    ctx,
  );
  return ctx.store.path("file", ref.digest);
}

async function md5File(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk);
  return hash.digest("hex");
}
