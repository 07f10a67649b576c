import { join } from "node:path";
import type { Context } from "../resource.ts";
import type { Conversion } from "./qemu-image.ts";

/**
 * Writes the raw disk compressed by zstd: one thread, whose bytes are the same again, with a checksum of the content, against which the
 * whole file is then read (zstd(1)).
 */
export async function writeZstd(
  { disk, folder }: Conversion,
  { runner, signal }: Pick<Context, "runner" | "signal">,
): Promise<string> {
  const file = join(folder, "disk.raw.zst");
  const zstd = (args: readonly string[], purpose: string) =>
    runner.run({ tool: "zstd", args, purpose, writes: folder, package: "zstd" }, { signal });
  await zstd(
    ["-9", "--single-thread", "--check", "--quiet", disk, "-o", file],
    "to compress the disk image",
  );
  await zstd(["--test", "--quiet", file], "to check the compressed image");
  return file;
}
