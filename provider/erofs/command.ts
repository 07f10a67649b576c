/** Packages whose versions decide the bytes. */
export const erofsPackages = ["erofs-utils"] as const;

/** What an erofs says that it is, and the time of what has none. */
export interface ErofsNames {
  readonly uuid: string;
  readonly label: string;
  readonly sourceDateEpoch: number;
}

/** The arguments that make `file` from a tar on stdin: not compressed, and with nothing of the clock, the machine or chance. */
export function erofsArguments(
  file: string,
  { uuid, label, sourceDateEpoch }: ErofsNames,
): string[] {
  return [
    ...["-u", "SOURCE_DATE_EPOCH", "mkfs.erofs", "--tar=f", "--quiet"],
    // Without --mkfs-time every file would have this time.
    ...["-T", String(sourceDateEpoch), "--mkfs-time", "-U", uuid],
    ...(label === "" ? [] : ["-L", label]),
    ...["-b", "4096", file],
  ];
}
