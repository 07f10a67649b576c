import { describe, expect, test } from "vitest";
import { PartitionLayout } from "../../../provider/flow/compose/partition-layout.ts";

const root = { name: "root", sizing: { minimumMiB: 731 }, mountPoint: "/", bootable: true };

function parse(given: object) {
  return PartitionLayout.inputs.parse({ seed: "demo/disk", partitions: [root], ...given });
}

function problems(given: object): string[] {
  const found = PartitionLayout.rules?.(parse(given)) ?? [];
  return found.map(({ property, reason }) => `${property}: ${reason}`);
}

describe("PartitionLayout refuses, with property and numbers,", () => {
  const uuid = "3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10";
  const part = (name: string, more: object = {}) => ({ name, sizeMiB: 8, ...more });
  test.each<[string, object, string[]]>([
    [
      "a partition smaller than its contents",
      { partitions: [part("boot"), { ...root, sizeMiB: 512 }] },
      [
        'partitions[1].sizeMiB: Partition "root" is 512 MiB but its contents need 731 MiB (set partitions[1].sizeMiB to at least 731)',
      ],
    ],
    [
      "a disk smaller than its partitions",
      { diskSizeMiB: 512 },
      [
        "diskSizeMiB: The disk is 512 MiB but its partitions and table need 732 MiB (set diskSizeMiB to at least 732)",
      ],
    ],
    [
      "a GPT disk without room for the backup table",
      { table: "gpt", diskSizeMiB: 732 },
      [
        "diskSizeMiB: The disk is 732 MiB but its partitions and table need 733 MiB (set diskSizeMiB to at least 733)",
      ],
    ],
    [
      "five partitions on an MBR",
      { partitions: ["a", "b", "c", "d", "e"].map((name) => part(name)) },
      ['partitions: 5 partitions do not fit an MBR, which holds 4 (set table to "gpt")'],
    ],
    [
      "an MBR partition that ends beyond 2 TiB",
      { partitions: [part("data", { sizeMiB: 2 * 1024 * 1024 })] },
      [
        'partitions[0].sizeMiB: Partition "data" ends at 2097153 MiB but an MBR reaches 2097152 MiB (set table to "gpt")',
      ],
    ],
    [
      "a type that an MBR does not have",
      { partitions: [part("grub", { type: "bios-boot" })] },
      [
        'partitions[0].type: Partition "grub" is of type "bios-boot", which an MBR does not have (set table to "gpt")',
      ],
    ],
    [
      "two bootable partitions on an MBR",
      { partitions: [part("a", { bootable: true }), part("b", { bootable: true })] },
      ['partitions[1].bootable: Partitions "a" and "b" are both bootable, and an MBR boots one'],
    ],
    [
      "a partition without size or sizing that is not the last such one",
      { partitions: [{ name: "a" }, { name: "b" }] },
      [
        'partitions[0].sizeMiB: Partition "a" has neither sizeMiB nor sizing, and only the last such partition takes the rest of the disk',
      ],
    ],
    [
      "FAT partitions that are too small or too large for their number of clusters",
      {
        partitions: [
          part("a", { type: "fat16", sizeMiB: 2 }),
          part("b", { type: "fat12", sizeMiB: 128 }),
          part("c", { type: "esp", sizeMiB: 32 }),
          part("d", { type: "fat16-under-32mib", sizeMiB: 32 }),
        ],
      },
      [
        'partitions[0].sizeMiB: Partition "a" is 2 MiB but fat16 takes 3 to 2047 MiB',
        'partitions[1].sizeMiB: Partition "b" is 128 MiB but fat12 takes 1 to 127 MiB',
        'partitions[2].sizeMiB: Partition "c" is 32 MiB but fat32 takes 33 to 2097151 MiB',
        'partitions[3].sizeMiB: Partition "d" is 32 MiB but "fat16-under-32mib" is for less than 32 MiB (set its type to "fat16")',
      ],
    ],
    [
      "a type of one FAT over another, and an ESP without FAT",
      {
        partitions: [
          part("a", { type: "fat16", filesystem: "fat12" }),
          part("b", { type: "fat32-chs", filesystem: "ext4" }),
          part("c", { type: "esp", filesystem: "ext4" }),
        ],
      },
      [
        'partitions[0].filesystem: Partition "a" is of type "fat16", which holds "fat16" and not "fat12"',
        'partitions[1].filesystem: Partition "b" is of type "fat32-chs", which holds "fat32" and not "ext4"',
        'partitions[2].filesystem: Partition "c" is of type "esp", which holds FAT and not "ext4"',
      ],
    ],
    [
      "swap on a type that is not for it, and what is no swap on the type of swap",
      {
        partitions: [
          part("a", { filesystem: "swap" }),
          part("b", { type: "swap", filesystem: "ext4" }),
        ],
      },
      [
        'partitions[0].filesystem: Partition "a" is of type "linux", which holds "ext4" and not "swap"',
        'partitions[1].filesystem: Partition "b" is of type "swap", which holds "swap" and not "ext4"',
      ],
    ],
    [
      "attributes where nobody reads them",
      {
        table: "gpt",
        partitions: [
          part("a", { attributes: ["read-only"] }),
          part("b", { type: "swap", attributes: ["no-auto", "grow-file-system"] }),
          part("c", { type: "linux-var", attributes: ["no-auto", "grow-file-system"] }),
        ],
      },
      [
        'partitions[0].attributes[0]: "read-only" says nothing of partition "a" of type "linux" (it is for linux-root-x86-64, linux-usr-x86-64, linux-home, linux-srv, linux-var, linux-tmp, xbootldr)',
        'partitions[1].attributes[1]: "grow-file-system" says nothing of partition "b" of type "swap" (it is for linux-root-x86-64, linux-usr-x86-64, linux-home, linux-srv, linux-var, linux-tmp, xbootldr)',
      ],
    ],
    [
      "attributes of an MBR",
      {
        partitions: [part("a", { type: "xbootldr", filesystem: "ext4", attributes: ["no-auto"] })],
      },
      ['partitions[0].attributes[0]: "no-auto" is for a GPT, and the table is an MBR'],
    ],
    [
      "a label and a UUID of a squashfs, and a label that is too long for an erofs",
      {
        partitions: [
          part("a", { filesystem: "squashfs", label: "root", uuid }),
          part("b", { filesystem: "erofs", label: "sixteen-bytes-xx" }),
        ],
      },
      [
        'partitions[0].label: "root" labels a squashfs, which has no label',
        `partitions[0].uuid: "${uuid}" names a squashfs, which has no UUID`,
        'partitions[1].label: "sixteen-bytes-xx" has 16 bytes but erofs holds 15',
      ],
    ],
    [
      "duplicate names, labels, UUIDs and mount points",
      {
        partitions: [
          part("a", { label: "x", uuid, mountPoint: "/" }),
          part("a", { label: "x", uuid: uuid.toUpperCase(), mountPoint: "/" }),
        ],
      },
      [
        'partitions[1].name: "a" is also the name of partitions[0]',
        'partitions[1].label: "x" is also the label of partitions[0]',
        `partitions[1].uuid: "${uuid}" is also the uuid of partitions[0]`,
        'partitions[1].mountPoint: "/" is also the mountPoint of partitions[0]',
      ],
    ],
    [
      "labels that the filesystem cannot hold",
      {
        table: "gpt",
        partitions: [
          part("a", { label: "seventeen-bytes-x" }),
          part("b", { type: "fat16", label: "TWELVE-CHARS" }),
          part("c", { type: "fat16", label: "lower" }),
          part("d", { label: "ä".repeat(9) }),
          part("e", { type: "fat16", label: "BOOT " }),
        ],
      },
      [
        'partitions[0].label: "seventeen-bytes-x" has 17 bytes but ext4 holds 16',
        'partitions[1].label: "TWELVE-CHARS" has 12 characters but FAT holds 11',
        'partitions[2].label: "lower" is no FAT label: upper-case letters, digits, spaces and !#$%&\'()@^_`{}~- only',
        'partitions[3].label: "äääääääää" has 18 bytes but ext4 holds 16',
        'partitions[4].label: "BOOT " begins or ends with a space, which FAT does not keep',
      ],
    ],
    [
      "UUIDs of the wrong form",
      { partitions: [part("a", { uuid: "1234" }), part("b", { type: "fat12", uuid })] },
      [
        'partitions[0].uuid: "1234" is no UUID (expected the form 3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10)',
        `partitions[1].uuid: "${uuid}" is no FAT serial number (expected the form 1A2B-3C4D)`,
      ],
    ],
    [
      "mount points that fstab cannot hold or that lead elsewhere",
      {
        partitions: [
          part("a", { mountPoint: "data" }),
          part("b", { mountPoint: "/a b" }),
          part("c", { mountPoint: "/a/../b" }),
          part("d", { type: "swap", mountPoint: "/swap" }),
        ],
      },
      [
        'partitions[0].mountPoint: "data" is not absolute',
        'partitions[1].mountPoint: "/a b" has white space, which fstab cannot hold',
        'partitions[2].mountPoint: "/a/../b" has an empty, "." or ".." part',
        'partitions[3].mountPoint: "/swap" mounts a partition without a filesystem',
      ],
    ],
    [
      "a GPT name of 37 UTF-16 units",
      { table: "gpt", partitions: [part("n".repeat(37))] },
      [`partitions[0].name: "${"n".repeat(37)}" has 37 UTF-16 units but GPT holds 36`],
    ],
  ])("%s", (_title, given, expected) => {
    expect(problems(given)).toEqual(expected);
    expect(() => PartitionLayout.plan(parse(given))).toThrow(expected[0]);
  });

  test("nothing while its partitions are not known yet", () => {
    expect(PartitionLayout.rules?.({ seed: "x" })).toEqual([]);
  });
});

describe("PartitionLayout plans", () => {
  test("one root partition that takes the rest of a disk of whole GiB", () => {
    expect(PartitionLayout.plan(parse({}))).toMatchInlineSnapshot(`
      {
        "diskSignature": "ef849363",
        "partitions": [
          {
            "bootable": true,
            "filesystem": "ext4",
            "label": "",
            "mountPoint": "/",
            "name": "root",
            "number": 1,
            "offsetBytes": 1048576,
            "partUuid": "ef849363-01",
            "sectors": 2095104,
            "sizeBytes": 1072693248,
            "startSector": 2048,
            "type": "linux",
            "uuid": "9a96a8cc-9e6b-88bb-a5e0-77cf3d694d0d",
          },
        ],
        "sizeBytes": 1073741824,
        "table": "mbr",
      }
    `);
  });

  test("a GPT disk with a fixed size, whose last MiB is the backup table's", () => {
    const partitions = [
      { name: "grub", type: "bios-boot", sizeMiB: 1 },
      { name: "esp", type: "esp", sizeMiB: 64, mountPoint: "/boot/efi", label: "ESP" },
      { ...root, bootable: false, type: "linux-root-x86-64", label: "rootfs" },
      { name: "swap", type: "swap", sizeMiB: 128 },
    ];
    const layout = PartitionLayout.plan(parse({ table: "gpt", diskSizeMiB: 2048, partitions }));
    expect(
      layout.partitions.map((p) => [
        p.name,
        p.offsetBytes / 2 ** 20,
        p.sizeBytes / 2 ** 20,
        p.filesystem,
        p.uuid,
      ]),
    ).toMatchInlineSnapshot(`
      [
        [
          "grub",
          1,
          1,
          "",
          "",
        ],
        [
          "esp",
          2,
          64,
          "fat32",
          "59EC-C0FE",
        ],
        [
          "root",
          66,
          1853,
          "ext4",
          "9a96a8cc-9e6b-88bb-a5e0-77cf3d694d0d",
        ],
        [
          "swap",
          1919,
          128,
          "swap",
          "40d1b9de-961c-84c2-85c7-4cc0b89418e9",
        ],
      ]
    `);
    expect(layout.sizeBytes).toBe(2048 * 2 ** 20);
  });

  test("disks of 100 and of 4 MiB with one bootable FAT16 from sector 2048", () => {
    const partitions = [{ name: "boot", type: "fat16", bootable: true }];
    const layouts = [100, 4].map((diskSizeMiB) =>
      PartitionLayout.plan(parse({ diskSizeMiB, partitions })),
    );
    expect(layouts.map(({ sizeBytes }) => sizeBytes / 2 ** 20)).toEqual([100, 4]);
    expect(layouts.map(({ partitions: [boot] }) => [boot?.startSector, boot?.sectors])).toEqual([
      [2048, 202752],
      [2048, 6144],
    ]);
    const least = PartitionLayout.plan(
      parse({ roundToMiB: 1, partitions: [{ ...partitions[0], sizeMiB: 3 }] }),
    );
    expect(least).toEqual(layouts[1]);
  });

  test("the same layout for content that grew within its rounding", () => {
    const sizes = [700, 1023].map((minimumMiB) =>
      PartitionLayout.plan(parse({ partitions: [{ ...root, sizing: { minimumMiB } }] })),
    );
    expect(sizes[1]).toEqual(sizes[0]);
  });

  test("other identities for another seed, and none from the size", () => {
    const [a, b, c] = [{}, { seed: "other" }, { diskSizeMiB: 4096 }].map((given) =>
      PartitionLayout.plan(parse(given)),
    );
    expect(b?.diskSignature).not.toBe(a?.diskSignature);
    expect(b?.partitions[0]?.uuid).not.toBe(a?.partitions[0]?.uuid);
    expect(c?.diskSignature).toBe(a?.diskSignature);
    expect(c?.partitions[0]?.uuid).toBe(a?.partitions[0]?.uuid);
  });
});
