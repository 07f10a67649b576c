import { describe, expect, test } from "vitest";
import { Filesystem } from "../../../provider/flow/compose/filesystem.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";

const ref = (kind: string) => ({ kind, digest: `sha256:${"a".repeat(64)}`, recipe: "" });
const partition = {
  ...{ name: "boot", number: 1, type: "fat16", startSector: 2048, sectors: 202752 },
  ...{ offsetBytes: 1048576, sizeBytes: 103809024, bootable: true, partUuid: "ef849363-01" },
  ...{ filesystem: "fat16", uuid: "1A2B-3C4D", label: "", mountPoint: "" },
};
const ext4 = { ...partition, filesystem: "ext4", uuid: "3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10" };
const swap = { ...ext4, type: "swap", filesystem: "swap" };
const install = (method: string) => ({ partition: "boot", method, directory: "/", files: [] });

async function problemsOf(given: object): Promise<string[]> {
  const { problems } = await checkInputs(Filesystem as never, { ...given }, {} as never);
  return problems.map(({ property, reason }) => `${property}: ${reason}`);
}

describe("Filesystem refuses", () => {
  test.each<[string, object, string[]]>([
    ["nothing of FAT without a tree", { type: "fat16", partition }, []],
    [
      "ext4 without a tree",
      { partition: ext4 },
      ["tree: is required: only FAT is made of a boot loader's files alone"],
    ],
    [
      "a tree that is none",
      { type: "fat16", partition, tree: ref("disk") },
      ["tree: must be a tree, such as rootfs.ref, got a disk"],
    ],
    [
      "a part of no tree",
      { type: "fat16", partition, subtree: "/boot" },
      ['subtree: "/boot" is a part of no tree: tree is missing'],
    ],
    [
      "fstab on FAT",
      { type: "fat16", partition, fstab: [{ device: "LABEL=a", mountPoint: "/", type: "ext4" }] },
      ["fstab: is for the root filesystem, which fat16 cannot be"],
    ],
    [
      "anything but a squashfs without a partition",
      { type: "fat16" },
      ["partition: is required: only a squashfs or an erofs lies nowhere yet"],
    ],
    [
      "a squashfs of no tree, in a partition for another, with other things than the tree",
      { type: "squashfs", partition, installs: [install("files")] },
      [
        "installs: is not for a squashfs, which holds the tree alone: leave it out",
        "tree: is required: only FAT is made of a boot loader's files alone",
        'type: "squashfs" is not what partition "boot" is for ("fat16")',
      ],
    ],
    [
      "an erofs of no tree, with other things than the tree",
      { type: "erofs", installs: [install("files")], squashfs: {} },
      [
        "installs: is not for an erofs, which holds the tree alone: leave it out",
        "squashfs: is for a squashfs, and this is erofs",
        "tree: is required: only FAT is made of a boot loader's files alone",
      ],
    ],
    ["nothing of swap without a tree", { type: "swap", partition: swap }, []],
    [
      "swap that holds something, or lies nowhere",
      { type: "swap", tree: ref("tree"), installs: [install("files")], subtree: "/srv" },
      [
        "tree: is not for swap, which holds nothing yet: leave it out",
        "installs: is not for swap, which holds nothing yet: leave it out",
        "partition: is required: only a squashfs or an erofs lies nowhere yet",
      ],
    ],
    [
      "swap in a partition for another filesystem, of a part of no tree",
      { type: "swap", partition: ext4, subtree: "/srv" },
      [
        'subtree: "/srv" is a part of no tree: tree is missing',
        'type: "swap" is not what partition "boot" is for ("ext4")',
      ],
    ],
    [
      "levels that a compressor does not have, and exclusions that lead elsewhere",
      {
        type: "squashfs",
        tree: ref("tree"),
        squashfs: { compression: "gzip", level: 10, exclude: ["/boot", "/a/../b"] },
      },
      [
        "squashfs.level: 10 is more than gzip has (1 to 9)",
        'squashfs.exclude[1]: "/a/../b" must not hold . or ..',
      ],
    ],
    [
      "a preset beside what it stands for",
      {
        type: "squashfs",
        tree: ref("tree"),
        squashfs: { preset: "release", compression: "zstd", level: 19 },
      },
      [
        "squashfs.compression: is exclusive with preset",
        "squashfs.level: is exclusive with preset",
      ],
    ],
    [
      "a level of what has none, and how a squashfs is made where there is none",
      { type: "fat16", partition, squashfs: { compression: "xz", level: 1 } },
      [
        "squashfs.level: xz has no levels: leave it out",
        "squashfs: is for a squashfs, and this is fat16",
      ],
    ],
    [
      "a mount over fstab, one that fstab has already, and any for swap",
      {
        partition: ext4,
        tree: ref("tree"),
        fstab: [{ device: "LABEL=a", mountPoint: "/srv", type: "ext4" }],
        mounts: [
          { ...ext4, name: "etc", mountPoint: "/etc" },
          { ...ext4, name: "srv", mountPoint: "/srv" },
        ],
      },
      [
        'mounts[0].mountPoint: "/etc" holds fstab, which says what partition "etc" is',
        'mounts[1].mountPoint: "/srv" is what fstab[0] mounts already',
      ],
    ],
    [
      "another FAT than the partition is for",
      { type: "fat32", partition },
      ['type: "fat32" is not what partition "boot" is for ("fat16")'],
    ],
    [
      "a partition that is too small for its kind of FAT, and a serial number that is none",
      { type: "fat16", partition: { ...partition, sizeBytes: 1048576, uuid: "" } },
      [
        "partition.sizeBytes: 1048576 bytes are too few or too many for fat16",
        'partition.uuid: "" is not of the form 1A2B-3C4D',
      ],
    ],
    [
      "a boot loader for ext4 on FAT",
      { type: "fat16", partition, installs: [install("files"), install("extlinux")] },
      ['installs[1].method: "extlinux" needs ext4, and partition "boot" holds fat16'],
    ],
    [
      "a boot loader for FAT on ext4",
      { partition: ext4, tree: ref("tree"), installs: [install("syslinux")] },
      ['installs[0].method: "syslinux" needs FAT, and partition "boot" holds ext4'],
    ],
    [
      "nothing of boot loaders for other partitions",
      { type: "fat16", partition, installs: [{ ...install("extlinux"), partition: "root" }] },
      [],
    ],
  ])("%s", async (_title, given, expected) => {
    expect(await problemsOf(given)).toEqual(expected);
  });
});

describe("Filesystem plans", () => {
  test("a squashfs from its tree and how it is packed, whatever the order of exclusions", () => {
    const squashfs = { exclude: ["/b", "/a/*", "/b"] };
    const given = Filesystem.inputs.parse({ type: "squashfs", tree: ref("tree"), squashfs });
    expect(Filesystem.plan(given)).toEqual({
      ...{ type: "squashfs", tree: ref("tree"), subtree: "/", sourceDateEpoch: 1735689600 },
      squashfs: { compression: "zstd", exclude: ["/a/*", "/b"] },
    });
  });

  test("an erofs named after its tree where it lies nowhere yet, else after its partition", () => {
    const plan = (given: object) =>
      Filesystem.plan(Filesystem.inputs.parse({ type: "erofs", tree: ref("tree"), ...given }));
    const uuid = "c67f5a53-397f-8c20-95d4-5241114bdde7";
    const common = { type: "erofs", tree: ref("tree"), sourceDateEpoch: 1735689600 };
    expect(plan({})).toEqual({ ...common, subtree: "/", uuid, label: "" });
    const partition = { ...ext4, filesystem: "erofs", label: "root" };
    const named = { uuid: ext4.uuid, label: "root" };
    expect(plan({ partition })).toEqual({ ...common, subtree: "/", ...named });
    expect(plan({ subtree: "/usr" })).not.toMatchObject({ uuid });
  });

  test("swap from the size and the names of its partition alone", () => {
    const plan = Filesystem.plan(Filesystem.inputs.parse({ type: "swap", partition: swap }));
    const { sizeBytes, uuid, label } = swap;
    expect(plan).toEqual({ type: "swap", partition: { sizeBytes, uuid, label } });
    expect(Filesystem.known?.(plan)).toEqual({ sizeBytes });
  });

  test("what other partitions are mounted on, and for the root their lines of fstab", () => {
    const home = { ...ext4, name: "home", number: 2, mountPoint: "/home" };
    const mounts = [{ ...ext4, mountPoint: "/" }, home, { ...swap, name: "swap" }];
    const given = { partition: ext4, tree: ref("tree"), mounts };
    const plan = Filesystem.plan(Filesystem.inputs.parse(given));
    expect(plan).toMatchObject({ mounts: [{ partition: "home", path: "/home" }], fstab: [] });
    const lines = (plan as { addedFstab?: { mountPoint: string }[] }).addedFstab ?? [];
    expect(lines.map(({ mountPoint }) => mountPoint)).toEqual(["/", "/home", "none"]);
    const inner = Filesystem.plan(
      Filesystem.inputs.parse({ ...given, partition: home, subtree: "/home" }),
    );
    expect(inner).not.toHaveProperty("mounts");
    expect(inner).not.toHaveProperty("addedFstab");
  });

  test("FAT from its place, its installs and its tree, and nothing of fstab", () => {
    const installs = [install("files"), { ...install("files"), partition: "root" }];
    const given = Filesystem.inputs.parse({ type: "fat16", partition, installs });
    expect(Filesystem.plan(given)).toEqual({
      ...{ type: "fat16", tree: undefined, subtree: "/", sourceDateEpoch: 1735689600 },
      partition: { offsetBytes: 1048576, sizeBytes: 103809024, uuid: "1A2B-3C4D", label: "" },
      installs: [installs[0]],
    });
    expect(Filesystem.known?.(Filesystem.plan(given))).toEqual({ sizeBytes: 103809024 });
  });
});
