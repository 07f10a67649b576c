import { rename } from "node:fs/promises";
import { ToolError } from "../errors.ts";
import type { ToolStep } from "../host/tool.ts";
import type { Context } from "../resource.ts";
import { unpackedBytes } from "./unpacked-size.ts";

/** How an initramfs is compressed. */
export const compressions = ["gzip", "xz", "zstd", "none"] as const;
export type Compression = (typeof compressions)[number];

/** Packages whose versions decide the compressed bytes. */
export const compressionPackages = ["gzip", "liblzma5", "libzstd1", "xz-utils", "zstd"] as const;

type Tool = Pick<ToolStep, "tool" | "args" | "package"> & { readonly suffix: string };

/** One thread each, and no name or time: the same bytes again. The kernel's xz knows no check but crc32. */
const tools: Record<Exclude<Compression, "none">, Tool> = {
  gzip: { tool: "gzip", args: ["-n", "-9"], package: "gzip", suffix: "gz" },
  xz: {
    tool: "xz",
    args: ["--check=crc32", "--threads=1", "-6e", "--quiet"],
    package: "xz-utils",
    suffix: "xz",
  },
  zstd: {
    tool: "zstd",
    args: ["-19", "--single-thread", "--quiet", "--rm"],
    package: "zstd",
    suffix: "zst",
  },
};

/** Puts a compressed file in the place of a file; an error when what the tool wrote does not hold all of it. */
export async function compressFile(
  file: string,
  { compression, folder, sizeBytes }: CompressJob,
  { runner, signal }: Pick<Context, "runner" | "signal">,
): Promise<void> {
  if (compression === "none") return;
  const { tool, args, package: name, suffix } = tools[compression];
  const step = {
    ...{ tool, package: name, writes: folder },
    args: [...args, file],
    purpose: "to compress the initramfs",
  };
  await runner.run(step, { signal });
  const compressed = `${file}.${suffix}`;
  const told = await unpackedBytes(compressed);
  // Equal but for the size field of gzip, which starts again at 4 GiB.
  if (told % 2 ** 32 !== sizeBytes % 2 ** 32)
    throw new ToolError(`${tool} wrote a file that holds ${told} bytes, not ${sizeBytes}`);
  await rename(compressed, file);
}

export interface CompressJob {
  readonly compression: Compression;
  /** The folder that the file is in, which the tool may write to. */
  readonly folder: string;
  readonly sizeBytes: number;
}
