import type { ErofsRequest } from "./build-erofs.ts";

/** Packages whose versions decide the bytes. */
export const erofsPackages = ["erofs-utils"] as const;

/** The arguments that make `file` from a tar on stdin: not compressed, and with nothing of the clock, the machine or chance. */
export function erofsArguments(
  file: string,
  { uuid, label, sourceDateEpoch }: Pick<ErofsRequest, "uuid" | "label" | "sourceDateEpoch">,
): string[] {
  return [
    ...["-u", "SOURCE_DATE_EPOCH", "mkfs.erofs", "--tar=f", "--quiet"],
    // Without --mkfs-time every file would have this time.
    ...["-T", String(sourceDateEpoch), "--mkfs-time", "-U", uuid],
    ...(label === "" ? [] : ["-L", label]),
    ...["-b", "4096", file],
  ];
}
