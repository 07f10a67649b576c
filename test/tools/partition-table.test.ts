import { execFileSync } from "node:child_process";
import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Layout, LayoutRequest } from "../../provider/plan/layout.ts";
import { partitionRequestSchema } from "../../provider/plan/layout.ts";
import { tableBlobs } from "../../provider/plan/partition-table.ts";
import { codesOf } from "../../provider/plan/partition-types.ts";
import { planLayout } from "../../provider/plan/plan-layout.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "partition-table-"));
});
afterEach(() => rm(folder, { recursive: true }));

function layoutOf(table: "mbr" | "gpt", partitions: object[], more: Partial<LayoutRequest> = {}) {
  return planLayout({
    seed: "demo/disk",
    table,
    roundToMiB: 64,
    partitions: partitions.map((p) => partitionRequestSchema.parse(p)),
    ...more,
  });
}

async function writeDisk(layout: Layout): Promise<string> {
  const disk = join(folder, "disk.raw");
  await writeFile(disk, "");
  await truncate(disk, layout.sizeBytes);
  const file = await open(disk, "r+");
  for (const { offsetBytes, bytes } of tableBlobs(layout))
    await file.write(bytes, 0, bytes.length, offsetBytes);
  await file.close();
  return disk;
}

/** The same disk as sfdisk makes it. */
async function sfdiskDisk(layout: Layout): Promise<string> {
  const disk = join(folder, "sfdisk.raw");
  const gpt = layout.table === "gpt";
  const script = [
    `label: ${gpt ? "gpt" : "dos"}`,
    `label-id: ${gpt ? layout.diskSignature : `0x${layout.diskSignature}`}`,
    ...(gpt ? ["first-lba: 34"] : []),
    ...layout.partitions.map((p) => {
      const place = `start=${p.startSector}, size=${p.sectors}`;
      const codes = codesOf(p.type);
      return gpt
        ? `${place}, type=${codes.gpt}, uuid=${p.partUuid}, name="${p.name}"${p.bootable ? ', attrs="LegacyBIOSBootable"' : ""}`
        : `${place}, type=${codes.mbr?.toString(16)}${p.bootable ? ", bootable" : ""}`;
    }),
  ].join("\n");
  await writeFile(disk, "");
  await truncate(disk, layout.sizeBytes);
  execFileSync("sfdisk", ["--quiet", disk], { input: script });
  return disk;
}

const partitions = [
  { name: "boot", sizeMiB: 3, bootable: true },
  { name: "esp", type: "esp", filesystem: "fat16", sizeMiB: 8 },
  { name: "swap", type: "swap", sizeMiB: 1 },
  { name: "data", type: "fat32" },
];

describe.each(["mbr", "gpt"] as const)("the %s table", (table) => {
  test.each([
    ["a disk of 64 MiB", {}],
    ["a disk of 9 GiB, which cylinders cannot count", { roundToMiB: 9216 }],
  ])("of %s is what sfdisk writes, byte for byte", async (_title, more) => {
    const layout = layoutOf(table, partitions, more);
    const [ours, theirs] = [await writeDisk(layout), await sfdiskDisk(layout)];
    for (const from of [0, layout.sizeBytes - 65536])
      execFileSync("cmp", ["--bytes=65536", `--ignore-initial=${from}`, ours, theirs]);
  });

  test("passes the checks of sfdisk", async () => {
    const disk = await writeDisk(layoutOf(table, partitions));
    expect(() => execFileSync("sfdisk", ["--verify", disk])).not.toThrow();
  });

  test("is read back by sfdisk as it was planned", async () => {
    const layout = layoutOf(table, partitions);
    const disk = await writeDisk(layout);
    const { partitiontable } = JSON.parse(
      execFileSync("sfdisk", ["--json", disk], { encoding: "utf8" }),
    );
    const read = partitiontable.partitions as { start: number; size: number; type: string }[];
    expect(read.map(({ start, size }) => [start, size])).toEqual(
      layout.partitions.map((p) => [p.startSector, p.sectors]),
    );
    expect(partitiontable.id.toLowerCase().replace("0x", "")).toBe(layout.diskSignature);
  });
});

test.each([
  [
    ["fat12", "fat16-under-32mib", "fat16", "fat32-chs"],
    ["1", "4", "6", "b"],
  ],
  [
    ["fat16-lba", "fat32", "esp"],
    ["e", "c", "ef"],
  ],
] as const)("MBR types of FAT are what sfdisk calls them: %j", async (types, codes) => {
  const sizes = { fat12: 2, "fat16-under-32mib": 4, fat16: 4, "fat16-lba": 4 } as const;
  const requests = types.map((type) => ({
    ...{ name: type, type },
    sizeMiB: type in sizes ? sizes[type as keyof typeof sizes] : 40,
  }));
  const disk = await writeDisk(layoutOf("mbr", requests, { roundToMiB: 1 }));
  const read = JSON.parse(execFileSync("sfdisk", ["--json", disk], { encoding: "utf8" }));
  expect(read.partitiontable.partitions.map(({ type }: { type: string }) => type)).toEqual(codes);
  expect(() => execFileSync("sfdisk", ["--verify", disk])).not.toThrow();
});

test("sgdisk finds no problem in a GPT with a discoverable root and names beyond ASCII", async () => {
  const disk = await writeDisk(
    layoutOf("gpt", [
      { name: "grub", type: "bios-boot", sizeMiB: 1 },
      { name: "wörk", type: "linux-root-x86-64" },
    ]),
  );
  const report = execFileSync("sgdisk", ["--verify", disk], { encoding: "utf8" });
  expect(report).toContain("No problems found");
  const info = execFileSync("sgdisk", ["--info=2", disk], { encoding: "utf8" });
  expect(info).toContain("Partition name: 'wörk'");
});

test("sfdisk knows every type of a GPT, and reads the attributes", async () => {
  const types = ["root-x86-64", "usr-x86-64", "home", "srv", "var", "tmp"].map((n) => `linux-${n}`);
  const small = types.map((type) => ({ name: type, type, sizeMiB: 1 }));
  const disk = await writeDisk(
    layoutOf("gpt", [
      ...small.with(2, { ...small[2]!, ...{ attributes: ["grow-file-system", "no-auto"] } }),
      { name: "boot", type: "xbootldr", filesystem: "ext4", sizeMiB: 4, attributes: ["read-only"] },
      { name: "swap", type: "swap", sizeMiB: 1, attributes: ["no-auto"] },
      { name: "core", type: "bios-boot", sizeMiB: 1 },
      { name: "esp", type: "esp", filesystem: "fat16", sizeMiB: 8 },
      { name: "data", type: "fat16", sizeMiB: 8, bootable: true },
      { name: "other", sizeMiB: 1 },
    ]),
  );
  const said = execFileSync("sfdisk", ["--list", "--output", "Type,Attrs", disk], {
    encoding: "utf8",
  });
  expect(said.trim().split("\n").slice(-12)).toEqual([
    expect.stringMatching(/^Linux root \(x86-64\) *$/),
    expect.stringMatching(/^Linux \/?usr \(x86-64\) *$/),
    expect.stringMatching(/^Linux home +GUID:59,63$/),
    expect.stringMatching(/^Linux server data *$/),
    expect.stringMatching(/^Linux variable data *$/),
    expect.stringMatching(/^Linux temporary data *$/),
    expect.stringMatching(/^Linux extended boot +GUID:60$/),
    expect.stringMatching(/^Linux swap +GUID:63$/),
    expect.stringMatching(/^BIOS boot *$/),
    expect.stringMatching(/^EFI System *$/),
    expect.stringMatching(/^Microsoft basic data +LegacyBIOSBootable$/),
    expect.stringMatching(/^Linux filesystem *$/),
  ]);
  expect(() => execFileSync("sfdisk", ["--verify", disk])).not.toThrow();
});
