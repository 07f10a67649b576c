import { expect, test } from "vitest";
import { squashfsArguments } from "../../../provider/squashfs/command.ts";
import {
  chosenOptions,
  type SquashfsOptions,
  squashfsSchema,
} from "../../../provider/squashfs/options.ts";

const root = { mode: 0o1755, uid: 1, gid: 2, mtime: 3 };

test.each<[Partial<SquashfsOptions>, string]>([
  [{}, "-comp zstd -Xcompression-level 3"],
  [{ preset: "rebuild" }, "-comp zstd -Xcompression-level 3"],
  [{ preset: "release" }, "-comp xz"],
  [{ level: 19 }, "-comp zstd -Xcompression-level 19"],
  [{ compression: "gzip" }, "-comp gzip -Xcompression-level 9"],
  [{ compression: "xz" }, "-comp xz"],
  [{ compression: "lz4" }, "-comp lz4"],
])("%j is packed by %s, its root and its time as they are told", (given, compression) => {
  const options = chosenOptions(squashfsSchema.parse(given));
  expect(squashfsArguments("/out", { options, root, sourceDateEpoch: 4 }).join(" ")).toBe(
    `-u SOURCE_DATE_EPOCH mksquashfs - /out -tar -noappend -reproducible -no-progress -quiet -xattrs ${compression} -root-mode 1755 -root-uid 1 -root-gid 2 -root-time 3 -mkfs-time 4`,
  );
});
