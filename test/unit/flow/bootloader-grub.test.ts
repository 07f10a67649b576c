import { describe, expect, test } from "vitest";
import type { GrubPlan } from "../../../provider/boot/install-grub.ts";
import { Bootloader } from "../../../provider/flow/compose/bootloader.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { planLayout } from "../../../provider/plan/plan-layout.ts";
import { refsIn } from "../../../provider/plan/ref.ts";

const file = (digit: string) => ({
  kind: "file" as const,
  digest: `sha256:${digit.repeat(64)}`,
  recipe: "made",
});
const kernel = { ref: file("a"), path: "/boot/vmlinuz-6.1" };
const initrd = { ref: file("b"), path: "/boot/initrd.img-6.1" };
const uuid = "3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10";
const biosBoot = { name: "core", type: "bios-boot", sizeMiB: 1 };
const esp = { name: "esp", type: "esp", sizeMiB: 64 };
const root = { name: "root", type: "linux", sizeMiB: 64, uuid, mountPoint: "/" };
const swap = { name: "swap", type: "swap", sizeMiB: 64 };

function layoutOf(table: "mbr" | "gpt", ...partitions: object[]) {
  const asked = partitions.map((partition) => ({
    ...{ label: "", bootable: false, mountPoint: "", attributes: [] },
    ...partition,
  }));
  return planLayout({ seed: "demo", table, roundToMiB: 1, partitions: asked as never });
}
const whole = layoutOf("gpt", biosBoot, esp, root);
const given = { type: "grub-hybrid", layout: whole, rootUuid: uuid, kernel, initrd };

async function problems(more: object): Promise<string[]> {
  const found = await checkInputs(Bootloader as never, { ...given, ...more }, {} as never);
  return found.problems.map(({ property, reason }) => `${property}: ${reason}`);
}
const planOf = (more: object = {}) =>
  Bootloader.plan(Bootloader.inputs.parse({ ...given, ...more })) as GrubPlan;

describe("Bootloader refuses of GRUB", () => {
  test.each<[string, object, string[]]>([
    ["nothing of a disk for both", {}, []],
    ["nothing of a gap", { type: "grub-bios", layout: layoutOf("mbr", root) }, []],
    [
      "a disk that it is not told",
      { layout: undefined },
      ['layout: is required for "grub-hybrid" (give `layout` of the PartitionLayout)'],
    ],
    [
      "a GPT disk without a place for the core, and without an ESP, both at once",
      { layout: layoutOf("gpt", root) },
      [
        'layout: has no ESP, from which UEFI starts "grub-hybrid" (add a partition with type "esp" and sizeMiB 64)',
        'layout: has no BIOS boot partition, which holds the core of "grub-hybrid" on a GPT disk (add a partition with type "bios-boot" and sizeMiB 1)',
      ],
    ],
    [
      "two ESPs",
      { layout: layoutOf("gpt", biosBoot, esp, { ...esp, name: "more" }, root) },
      ['layout: has two ESPs, "esp" and "more", and UEFI starts from one (leave one out)'],
    ],
    [
      "an MBR disk whose first partition leaves no gap",
      {
        type: "grub-bios",
        layout: {
          ...whole,
          table: "mbr",
          partitions: [{ ...whole.partitions[2], startSector: 63 }],
        },
      },
      [
        'layout: leaves 62 sectors for the core of "grub-bios", which takes about 300 (begin the first partition at 1 MiB, as PartitionLayout does)',
      ],
    ],
    [
      "a partition that is not there",
      { partition: "boot" },
      ['partition: "boot" is not in the layout (it has "core", "esp", "root")'],
    ],
    [
      "a partition that holds no files",
      { partition: "swap", layout: layoutOf("gpt", biosBoot, esp, root, swap) },
      [
        'partition: "swap" holds swap, but GRUB\'s configuration goes onto ext4 or FAT (name another partition, such as the ESP)',
      ],
    ],
    [
      "what the layout or the entries say",
      { table: "gpt", menuTitle: "Debian", timeoutSeconds: 1 },
      [
        'table: is of no use with "grub-hybrid": the layout says it (leave it out)',
        'menuTitle: is of no use with "grub-hybrid": its menu has none (`entries` have titles)',
      ],
    ],
    [
      "quotes, which the kernel would get with a backslash",
      { commandLine: 'rw dyndbg="file x +p"' },
      [
        "commandLine: has a quote or a backslash, before which GRUB puts a backslash (leave it out)",
      ],
    ],
    [
      "an entry with arguments that other inputs set",
      { entries: [{ title: "x", commandLine: "root=/dev/vda1" }] },
      ['entries[0].commandLine: has "root=", which rootUuid sets'],
    ],
    [
      "a default that is not there",
      { entries: [{ title: "x" }], defaultEntry: 1 },
      ["defaultEntry: is 1 but there are 1 entries, counted from 0"],
    ],
  ])("%s", async (_title, more, expected) => {
    expect(await problems(more)).toEqual(expected);
  });

  test("inputs of its menu with a boot loader that has none", async () => {
    const more = {
      ...{ type: "extlinux", entries: [{ title: "x", submenu: "y" }], defaultEntry: 0 },
      osRelease: { id: "x", versionId: "", prettyName: "x" },
    };
    const oneEntry = "it has one entry (its menu is `menuTitle`; for more take GRUB)";
    expect(await problems(more)).toEqual([
      'layout: is of no use with "extlinux": it needs no layout (leave it out)',
      `entries: is of no use with "extlinux": ${oneEntry}`,
      `defaultEntry: is of no use with "extlinux": ${oneEntry}`,
      'osRelease: is of no use with "extlinux": nothing of it is shown (leave it out)',
      'entries[0].submenu: is of no use with "extlinux", which has no submenus (leave it out)',
    ]);
  });
});

describe("Bootloader plans of GRUB", () => {
  test("a menu with a submenu, whose default is in it", () => {
    const entries = [
      { title: "Debian", commandLine: "quiet" },
      { title: "Recovery", commandLine: "single", submenu: "It's more" },
      { title: "Memory $test", commandLine: "memtest=1", submenu: "It's more" },
    ];
    const { config } = planOf({ entries, defaultEntry: 2, timeoutSeconds: 5 });
    expect(config).toMatchInlineSnapshot(`
      "serial --unit=0 --speed=115200
      terminal_input serial console
      terminal_output serial console
      set default='submenu-1>entry-2'
      set timeout=5
      menuentry Debian --id entry-0 {
        linux /boot/vmlinuz-6.1 rw quiet root=UUID=3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10 console=tty0 console=ttyS0,115200
        initrd /boot/initrd.img-6.1
      }
      submenu 'It'\\''s more' --id submenu-1 {
      menuentry Recovery --id entry-1 {
        linux /boot/vmlinuz-6.1 rw single root=UUID=3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10 console=tty0 console=ttyS0,115200
        initrd /boot/initrd.img-6.1
      }
      menuentry 'Memory $test' --id entry-2 {
        linux /boot/vmlinuz-6.1 rw memtest=1 root=UUID=3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10 console=tty0 console=ttyS0,115200
        initrd /boot/initrd.img-6.1
      }
      }
      "
    `);
  });

  test("files whose names GRUB would read as something else", () => {
    const odd = { ref: kernel.ref, path: "/boot/vmlinuz-6;halt" };
    const { config } = planOf({ kernel: odd, initrd: { ...initrd, path: "/boot/initrd.img-$6" } });
    expect(config).toContain("  linux '/boot/vmlinuz-6;halt' rw ");
    expect(config).toContain("  initrd '/boot/initrd.img-$6'\n");
  });

  test("one entry by the system's own name, on a screen alone", () => {
    const osRelease = { id: "debian", versionId: "12", prettyName: "Debian GNU/Linux 12" };
    const { config } = planOf({ osRelease, consoles: ["tty0"], initrd: undefined });
    expect(config).toMatchInlineSnapshot(`
      "set default=entry-0
      set timeout=0
      menuentry 'Debian GNU/Linux 12' --id entry-0 {
        linux /boot/vmlinuz-6.1 rw root=UUID=3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10 console=tty0
      }
      "
    `);
  });

  test("the places of a core: the gap, and the BIOS boot partition", () => {
    const mbr = planOf({ type: "grub-bios", layout: layoutOf("mbr", root) });
    expect(mbr.bios).toEqual({ startSector: 1, sectors: 2047 });
    expect(mbr.esp).toBeUndefined();
    expect(planOf().bios).toEqual({ startSector: 2048, sectors: 2048 });
    expect(planOf({ type: "grub-uefi" }).bios).toBeUndefined();
    expect(planOf().esp).toBe("esp");
  });

  test("paths in the partition that they are in, and a kernel that is not in it", () => {
    const boot = { name: "boot", type: "linux", sizeMiB: 64, mountPoint: "/boot" };
    const layout = layoutOf("gpt", biosBoot, esp, boot, root);
    const own = planOf({ layout, partition: "boot" });
    expect(own.directory).toBe("/grub");
    expect(own.config).toContain("  linux /vmlinuz-6.1 rw ");
    expect(own.config).toContain("  initrd /initrd.img-6.1\n");
    expect(refsIn(own)).toEqual([]);
    const onEsp = planOf({ partition: "esp" });
    expect(onEsp.directory).toBe("/boot/grub");
    expect(onEsp.filesystem).toBe("fat");
    expect(onEsp.placed).toEqual([
      { path: "/boot/vmlinuz", content: kernel.ref },
      { path: "/boot/initrd.img", content: initrd.ref },
    ]);
  });

  test("the same for a disk that only grew", () => {
    const larger = layoutOf("gpt", biosBoot, esp, { ...root, sizeMiB: 4096 });
    expect(planOf({ layout: larger })).toEqual(planOf());
  });
});
