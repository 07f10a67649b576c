import { describe, expect, test } from "vitest";
import { partitionRequestSchema } from "../../../provider/plan/layout.ts";
import { tableBlobs } from "../../../provider/plan/partition-table.ts";
import { planLayout } from "../../../provider/plan/plan-layout.ts";
import { readTable } from "../../../provider/plan/read-table.ts";

const names = ["boot", "root"];
const partitions = names.map((name) => partitionRequestSchema.parse({ name, sizeMiB: 2 }));

function diskOf(table: "mbr" | "gpt") {
  const layout = planLayout({ seed: "demo", table, roundToMiB: 8, partitions });
  const disk = Buffer.alloc(layout.sizeBytes);
  for (const { offsetBytes, bytes } of tableBlobs(layout)) disk.set(bytes, offsetBytes);
  return { disk, layout };
}
const read = (disk: Buffer, bytes = disk.length) =>
  readTable(async (offset, length) => Buffer.from(disk.subarray(offset, offset + length)), bytes);

describe.each(["mbr", "gpt"] as const)("the table of a disk with a %s", (table) => {
  test("is read as it was planned", async () => {
    const { disk, layout } = diskOf(table);
    expect(await read(disk)).toEqual(
      layout.partitions.map(({ number, offsetBytes, sizeBytes }) => ({
        ...{ number, offsetBytes, sizeBytes },
      })),
    );
  });

  test("is refused where a partition ends outside of the disk", async () => {
    await expect(read(diskOf(table).disk, 4 * 2 ** 20)).rejects.toThrow(
      "partition 2 (from byte 3145728, 2097152 bytes) is not inside the disk of 4194304 bytes",
    );
  });
});

test.each<[string, (disk: Buffer) => void, string]>([
  ["no header", (disk) => disk.fill(0, 512, 520), "it has no header"],
  [
    "another byte in its header",
    (disk) => disk.fill(9, 568, 569),
    "the header does not have its checksum",
  ],
  [
    "another byte in its entries",
    (disk) => disk.fill(9, 1060, 1061),
    "the entries do not have their checksum",
  ],
  [
    "a header of a gigabyte",
    (disk) => disk.writeUInt32LE(2 ** 30, 524),
    "a header of 1073741824 bytes",
  ],
])("a GPT with %s is refused", async (_title, damage, reason) => {
  const { disk } = diskOf("gpt");
  damage(disk);
  await expect(read(disk)).rejects.toThrow(`its GPT is damaged: ${reason}`);
});

test("a disk without a table, or with a boot sector alone, has no partitions", async () => {
  const disk = Buffer.alloc(4096);
  expect(await read(disk)).toEqual([]);
  disk.fill("text", 446, 510);
  disk.writeUInt16LE(0xaa55, 510);
  expect(await read(disk)).toEqual([]);
});
