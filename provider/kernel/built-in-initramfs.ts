/** Where a source has the initramfs that it builds in: what is called `.cpio.*` is taken as it is, and not compressed again (usr/Makefile). */
export const builtInPath = "initramfs.cpio.built-in";

/** First bytes of what a kernel can unpack, and the option that it needs for that (lib/decompress.c). */
const forms: readonly { readonly magic: string; readonly option?: string }[] = [
  { magic: "303730373031" },
  { magic: "303730373032" },
  { magic: "1f8b", option: "RD_GZIP" },
  { magic: "425a", option: "RD_BZIP2" },
  { magic: "5d00", option: "RD_LZMA" },
  { magic: "fd37", option: "RD_XZ" },
  { magic: "894c", option: "RD_LZO" },
  { magic: "0221", option: "RD_LZ4" },
  { magic: "28b5", option: "RD_ZSTD" },
];

/** How many bytes tell what an initramfs is. */
export const magicBytes = 6;

/** Why a kernel would find nothing in an initramfs that begins like this; undefined where it unpacks it. */
export function builtInProblem(
  head: Uint8Array,
  final: ReadonlyMap<string, string>,
): string | undefined {
  const hex = Buffer.from(head).toString("hex");
  const form = forms.find(({ magic }) => hex.startsWith(magic));
  if (!form) return `is no cpio, plain or compressed: it begins with ${hex || "nothing"}`;
  const { option } = form;
  if (option === undefined || final.get(option) === "y") return undefined;
  return `cannot be unpacked by this kernel: set ${option} to y, or take another compression`;
}
