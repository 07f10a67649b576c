import * as z from "zod";
import type { InputProblem } from "../errors.ts";

/** Compressors that Linux reads a squashfs with. */
export const compressions = ["zstd", "gzip", "xz", "lz4"] as const;
export type Compression = (typeof compressions)[number];

/** Packages whose versions decide the bytes. */
export const squashfsPackages = [
  "liblz4-1",
  "liblzma5",
  "libzstd1",
  "squashfs-tools",
  "zlib1g",
] as const;

/** Levels that a compressor has; xz and lz4 have none in mksquashfs(1). */
const mostLevel: Partial<Record<Compression, number>> = { zstd: 22, gzip: 9 };
/** Made again with each change, so seconds count: a level above costs minutes for an eighth of the size. */
const usualLevel: Partial<Record<Compression, number>> = { zstd: 3, gzip: 9 };

/** Compressors by what matters: seconds until a change is there, or bytes of what is given away. */
const presets = { rebuild: "zstd", release: "xz" } as const satisfies Record<string, Compression>;

/** How a squashfs is made. */
export const squashfsSchema = z
  .strictObject({
    preset: z
      .enum(["rebuild", "release"])
      .optional()
      .describe(
        "`rebuild`, the default, is zstd of level 3, made in seconds; `release` is xz, a fifth smaller, made in minutes. Or choose by `compression` and `level`.",
      ),
    compression: z
      .enum(compressions)
      .optional()
      .describe(
        "`zstd` is fast to make and to read, `xz` the smallest, `lz4` the largest and fastest.",
      ),
    level: z
      .int()
      .min(1)
      .max(22)
      .optional()
      .describe(
        "How hard `zstd` (1 to 22, by default 3) or `gzip` (1 to 9, by default 9) tries; the others have no levels.",
      ),
    exclude: z
      .array(
        z
          .string()
          .regex(
            /^(\/[^\0/]+)+(\/\*)?$/,
            'must be absolute, such as "/boot", or "/boot/*" to keep the folder',
          ),
      )
      .default([])
      .describe(
        "What is left out: a path with all below it, or with `/*` at its end all below it.",
      ),
  })
  .meta({ id: "SquashfsOptions", description: "How a squashfs is made." });
export type SquashfsOptions = z.output<typeof squashfsSchema>;

/** How a squashfs is made, with its compressor decided. */
export interface SquashfsChoice {
  readonly compression: Compression;
  readonly level?: number | undefined;
  readonly exclude: readonly string[];
}

/** The compressor of a preset, or the one that is named; each path that is left out once. */
export function chosenOptions({
  preset,
  compression,
  exclude,
  ...rest
}: SquashfsOptions): SquashfsChoice {
  const chosen = compression ?? presets[preset ?? "rebuild"];
  return { ...rest, compression: chosen, exclude: [...new Set(exclude)].sort() };
}

/** What is wrong with the options, below the property. */
export function squashfsProblems(
  { preset, compression: named, level, exclude }: SquashfsOptions,
  property = "squashfs",
): InputProblem[] {
  const found: InputProblem[] = [];
  if (preset !== undefined)
    for (const [key, value] of Object.entries({ compression: named, level }))
      if (value !== undefined)
        found.push({ property: `${property}.${key}`, reason: "is exclusive with preset" });
  if (found.length > 0) return found;
  const compression = named ?? presets[preset ?? "rebuild"];
  const most = mostLevel[compression];
  if (level !== undefined && most === undefined)
    found.push({
      property: `${property}.level`,
      reason: `${compression} has no levels: leave it out`,
    });
  if (level !== undefined && most !== undefined && level > most)
    found.push({
      property: `${property}.level`,
      reason: `${level} is more than ${compression} has (1 to ${most})`,
    });
  exclude.forEach((path, index) => {
    if (/\/\.{1,2}(\/|$)/.test(path))
      found.push({
        property: `${property}.exclude[${index}]`,
        reason: `"${path}" must not hold . or ..`,
      });
  });
  return found;
}

/** The level that is used, absent where there are none. */
export function levelOf({
  compression,
  level,
}: Pick<SquashfsChoice, "compression" | "level">): number | undefined {
  return level ?? usualLevel[compression];
}
