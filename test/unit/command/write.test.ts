import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Device, readDevices } from "../../../provider/command/write/devices.ts";
import {
  demandRoom,
  demandSame,
  findTarget,
  isStable,
  refusal,
} from "../../../provider/command/write/target.ts";
import { usesOfFile, usesReader } from "../../../provider/command/write/uses.ts";
import { paceText } from "../../../provider/tree/pace.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bootwright-test-"));
});
afterEach(() => rm(root, { recursive: true }));

/** A disk as /sys shows it: attributes by file name, at a place of the device tree. */
async function plug(name: string, place: string, files: Record<string, string>): Promise<void> {
  const folder = join(root, "sys/devices", place, "block", name);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `${text}\n`);
  }
  await mkdir(join(root, "sys/block"), { recursive: true });
  await symlink(folder, join(root, "sys/block", name));
}

async function mounts(text: string): Promise<void> {
  await mkdir(join(root, "proc/self"), { recursive: true });
  await writeFile(join(root, "proc/self/mountinfo"), text);
}

const stick = {
  size: "31250000",
  removable: "1",
  ro: "0",
  dev: "8:16",
  diskseq: "12",
  "queue/logical_block_size": "512",
  "device/vendor": "Kingston",
  "device/model": "DT 101 G2       ",
  "sdb1/partition": "1",
  "sdb1/dev": "8:17",
};

describe("the disks of a machine", () => {
  test("are those with a medium that are real, with model, size and a name that stays", async () => {
    await plug("sdb", "pci0/usb1/1-4/host6", stick);
    await plug("sda", "pci0/ata1/host0", { size: "1000", removable: "0", ro: "0", dev: "8:0" });
    await plug("sr0", "pci0/ata2/host1", { size: "0", removable: "1", ro: "0", dev: "11:0" });
    await plug("loop0", "virtual", { size: "1000", removable: "0", ro: "0", dev: "7:0" });
    await mkdir(join(root, "dev/disk/by-id"), { recursive: true });
    await symlink("../../sdb", join(root, "dev/disk/by-id/usb-Kingston_DT_101-0:0"));
    await symlink("../../sdb1", join(root, "dev/disk/by-id/usb-Kingston_DT_101-0:0-part1"));
    const devices = await readDevices(root);
    expect(devices.map(({ name, removable }) => [name, removable])).toEqual([
      ["sda", false],
      ["sdb", true],
    ]);
    expect(devices[1]).toEqual({
      name: "sdb",
      number: "8:16",
      sequence: "12",
      model: "Kingston DT 101 G2",
      sizeBytes: 16_000_000_000,
      sectorBytes: 512,
      removable: true,
      readOnly: false,
      uses: [],
      partitions: ["sdb1"],
      id: "/dev/disk/by-id/usb-Kingston_DT_101-0:0",
    });
  });

  test("on USB and cards count as removable, whatever their flag says", async () => {
    const fixed = { size: "1000", removable: "0", ro: "0", dev: "8:32" };
    await plug("sdc", "pci0/usb2/2-1/host7", fixed);
    await plug("mmcblk0", "pci0/mmc_host/mmc0/mmc0:0001", { ...fixed, "device/type": "SD" });
    expect((await readDevices(root)).map(({ removable }) => removable)).toEqual([true, true]);
  });

  test("that are chips soldered in are not removable, though they hang on the bus of cards", async () => {
    const chip = { size: "1000", removable: "0", ro: "0", dev: "179:0", "device/type": "MMC" };
    await plug("mmcblk0", "pci0/mmc_host/mmc0/mmc0:0001", chip);
    expect((await readDevices(root))[0]?.removable).toBe(false);
  });

  test("know where a partition of theirs is mounted, and what holds them", async () => {
    await plug("sdb", "pci0/usb1", { ...stick, "sdb1/holders/dm-0": "" });
    await mounts("40 27 8:17 / /media/my\\040stick rw - ext4 /dev/sdb1 rw\n");
    const [device] = await readDevices(root);
    expect(device?.uses).toEqual(["/media/my stick", "dm-0"]);
  });

  test("know the system that lies behind RAID, encryption and LVM on a partition of theirs", async () => {
    await plug("sdb", "pci0/usb1", { ...stick, "sdb1/holders/md0": "" });
    await plug("md0", "virtual", { dev: "9:0", "holders/dm-0": "" });
    await plug("dm-0", "virtual", { dev: "253:0", "holders/dm-1": "" });
    await plug("dm-1", "virtual", { dev: "253:1" });
    await mounts("40 27 253:1 / / rw - ext4 /dev/mapper/vg-root rw\n");
    const [device] = await readDevices(root);
    expect(device?.uses).toEqual(["md0", "dm-0", "dm-1", "/"]);
    expect(refusal(device!)).toBe("holds this system (md0, dm-0, dm-1, /)");
  });

  test("know a loop device that shows a partition of theirs, and where that is mounted", async () => {
    await plug("sdb", "pci0/usb1", stick);
    await plug("loop3", "virtual", { dev: "7:3", "loop/backing_file": "/dev/sdb1" });
    await mounts("40 27 7:3 / /mnt rw - ext4 /dev/loop3 rw\n");
    expect((await readDevices(root))[0]?.uses).toEqual(["loop3", "/mnt"]);
  });

  test("of a btrfs are found by its source, whose number is nobody's", () => {
    const mountinfo = "40 27 0:45 /@ / rw shared:1 - btrfs /dev/sdb2 rw,subvol=/@\n";
    const swaps = "Filename Type Size\n/dev/sdb3 partition 1024\n";
    const uses = usesReader(mountinfo, swaps);
    expect([uses("sdb2", "8:18"), uses("sdb3", "8:19")]).toEqual([["/"], ["swap"]]);
  });
});

const free: Device = {
  name: "sdb",
  number: "8:16",
  sequence: "12",
  model: "stick",
  sizeBytes: 4096,
  sectorBytes: 512,
  removable: true,
  readOnly: false,
  uses: [],
  partitions: ["sdb1"],
};

describe("a disk is refused", () => {
  test.each<[string, Partial<Device>, string | undefined]>([
    ["not where it is free", {}, undefined],
    ["where it holds the system", { uses: ["/"] }, "holds this system (/)"],
    ["where /boot/efi lies on it, removable or not", { uses: ["/boot/efi"] }, "holds this system"],
    ["where it is swapped to", { uses: ["swap"] }, "holds this system (swap)"],
    ["where it is built in", { removable: false }, "is no removable disk"],
    ["where it is mounted", { uses: ["/media/x"] }, "is mounted: umount /media/x"],
    ["where LVM holds it", { uses: ["dm-0"] }, "is held by dm-0"],
    ["where it is read-only", { readOnly: true }, "is read-only"],
    ["without what would change a terminal", { uses: ["/media/\x1b[2J"] }, "/media/\\u001b[2J"],
  ])("%s", (_, change, reason) => {
    const found = refusal({ ...free, ...change });
    if (reason) expect(found).toContain(reason);
    else expect(found).toBeUndefined();
  });

  test("when a partition of it is named, with the disk's name", async () => {
    await expect(findTarget("/dev/sdb1", [free], { toFile: false })).rejects.toThrow(
      "/dev/sdb1: is a partition; name its disk, /dev/sdb",
    );
  });

  test("when a symbolic link leads to a partition, or what has a disk's name is none", async () => {
    await symlink("/dev/null", join(root, "stick"));
    const whole = { ...free, partitions: ["null"] };
    await expect(findTarget(join(root, "stick"), [whole], { toFile: false })).rejects.toThrow(
      "is a partition; name its disk, /dev/sdb",
    );
    const named = { ...free, name: "null" };
    await expect(findTarget("/dev/null", [named], { toFile: false })).rejects.toThrow(
      "is no disk of this machine",
    );
  });

  test.each<[string, Partial<Device> | undefined, string]>([
    ["was pulled out", undefined, "is another disk than the one that was shown"],
    ["is another one by its sequence", { sequence: "13" }, "is another disk"],
    ["is another one by its size", { sizeBytes: 8192 }, "is another disk"],
    ["was mounted since it was shown", { uses: ["/media/x"] }, "is mounted: umount /media/x"],
  ])("when it %s", (_, change, reason) => {
    const now = change && { ...free, ...change };
    expect(() => demandSame(free, now)).toThrow(`/dev/sdb: ${reason}`);
    expect(() => demandSame(free, { ...free })).not.toThrow();
  });

  test("when it is one that this machine does not have, or a file", async () => {
    const file = join(root, "file");
    await writeFile(file, "");
    const find = (name: string, toFile: boolean) => findTarget(name, [free], { toFile });
    await expect(find("/dev/sdz", false)).rejects.toThrow("is no disk of this machine");
    await expect(find(file, false)).rejects.toThrow("is a file and no disk; --to-file");
    await expect(find(join(root, "none"), true)).rejects.toThrow("is no file; --to-file");
  });

  test("when the image is larger, with both sizes", async () => {
    const file = join(root, "file");
    await writeFile(file, Buffer.alloc(1024));
    const target = await findTarget(file, [], { toFile: true });
    const demand = (sizeBytes: number) => () =>
      demandRoom({ name: "a.iso", sizeBytes, hasPartitions: true }, target);
    expect(demand(1025)).toThrow(/a\.iso: has 1025 bytes .* has 1024 /);
    expect(demand(1024)).not.toThrow();
    expect(demand(0)).toThrow("is empty");
  });

  test("of sectors that the image does not count in, unless it has no partitions", () => {
    const device = { ...free, sectorBytes: 4096 };
    const target = {
      ...{ name: "sdb", path: "/dev/sdb", words: "", isStable: false, sizeBytes: 4096, device },
    };
    const demand = (hasPartitions: boolean) => () =>
      demandRoom({ name: "a.iso", sizeBytes: 512, hasPartitions }, target);
    expect(demand(true)).toThrow("sectors of 512 bytes, but /dev/sdb has sectors of 4096");
    expect(demand(false)).not.toThrow();
  });
});

test.each([
  ["/dev/disk/by-id/usb-stick", true],
  ["/dev/disk/by-id/../../sdb", false],
  ["/dev/sdb", false],
])("that %s means the same disk tomorrow is %s", (argument, expected) => {
  expect(isStable(argument)).toBe(expected);
});

test("a file that a loop device shows or that is swapped to is in use", async () => {
  await plug("loop3", "virtual", { "loop/backing_file": "/home/me/disk image" });
  await mkdir(join(root, "proc"), { recursive: true });
  await writeFile(join(root, "proc/swaps"), "Filename\n/home/me/disk\\040image file 1 0 -2\n");
  expect(await usesOfFile("/home/me/disk image", root)).toEqual(["loop3", "swap"]);
  expect(await usesOfFile("/home/me/other", root)).toEqual([]);
});

test("a pace has bytes, percent, speed and the time that is left", () => {
  expect(paceText(250e6, 1000e6, 10_000)).toBe("250 of 1000 MB, 25 %, 25 MB/s, 30 s left");
  expect(paceText(1e6, 1000e6, 1000)).toContain("16 min 39 s left");
});
