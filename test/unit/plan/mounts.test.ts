import { expect, test } from "vitest";
import { fstabText } from "../../../provider/plan/fstab.ts";
import { partitionRequestSchema } from "../../../provider/plan/layout.ts";
import { fstabOf, mountsIn } from "../../../provider/plan/mounts.ts";
import { planLayout } from "../../../provider/plan/plan-layout.ts";

const requests = [
  { name: "swap", type: "swap" },
  { name: "home", type: "linux-home", mountPoint: "/home", attributes: ["read-only"] },
  { name: "esp", type: "esp", mountPoint: "/boot/efi", sizeMiB: 64 },
  { name: "boot", mountPoint: "/boot" },
  { name: "usr", type: "linux-usr-x86-64", filesystem: "squashfs", mountPoint: "/usr" },
  { name: "data" },
  { name: "root", mountPoint: "/" },
];
const { partitions } = planLayout({
  ...{ seed: "demo", table: "gpt", roundToMiB: 64 },
  partitions: requests.map((r) => partitionRequestSchema.parse({ sizeMiB: 8, ...r })),
});
const [swap, home, esp, boot, usr, , root] = partitions;

test("a filesystem leaves the outermost folders below it that are mounted, and neither its own nor what is beside it", () => {
  expect(mountsIn("/", partitions)).toEqual([
    { partition: "boot", path: "/boot" },
    { partition: "home", path: "/home" },
    { partition: "usr", path: "/usr" },
  ]);
  expect(mountsIn("/boot", partitions)).toEqual([{ partition: "esp", path: "/efi" }]);
  expect(mountsIn("/bo", partitions)).toEqual([]);
});

test("fstab names everything by UUID, outer mount points before what lies in them, swap at the end", () => {
  expect(fstabText(fstabOf(partitions))).toBe(
    [
      `UUID=${root?.uuid} / ext4 defaults 0 1`,
      `UUID=${home?.uuid} /home ext4 ro 0 2`,
      `UUID=${boot?.uuid} /boot ext4 defaults 0 2`,
      `PARTUUID=${usr?.partUuid} /usr squashfs ro 0 0`,
      `UUID=${esp?.uuid} /boot/efi vfat defaults 0 2`,
      `UUID=${swap?.uuid} none swap sw 0 0`,
      "",
    ].join("\n"),
  );
});

test("white space and backslashes in a line of fstab are written as fstab(5) asks", () => {
  const given = { device: "LABEL=a b", mountPoint: "/my\\files\tx", type: "ext4", options: "ro" };
  expect(fstabText([{ ...given, pass: 2 }])).toBe(
    "LABEL=a\\040b /my\\134files\\011x ext4 ro 0 2\n",
  );
});
