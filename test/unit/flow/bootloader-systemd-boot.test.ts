import { describe, expect, test } from "vitest";
import type { SystemdBootPlan } from "../../../provider/boot/install-systemd-boot.ts";
import { Bootloader } from "../../../provider/flow/compose/bootloader.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { planLayout } from "../../../provider/plan/plan-layout.ts";

const file = (digit: string) => ({
  kind: "file" as const,
  digest: `sha256:${digit.repeat(64)}`,
  recipe: "made",
});
const esp = { name: "boot", type: "esp", sizeMiB: 64 };
const root = { name: "root", type: "linux", sizeMiB: 64 };
function layoutOf(...partitions: object[]) {
  const asked = partitions.map((partition) => ({
    ...{ label: "", bootable: false, mountPoint: "", attributes: [] },
    ...partition,
  }));
  return planLayout({ seed: "demo", table: "gpt", roundToMiB: 1, partitions: asked as never });
}
const given = {
  layout: layoutOf(esp, root),
  kernel: { ref: file("a"), path: "/boot/vmlinuz-6.1" },
  initrd: { ref: file("b"), path: "/boot/initrd.img-6.1" },
  consoles: ["ttyS0"],
};
const entries = [
  { title: "Debian", commandLine: "quiet" },
  { title: "Recovery", commandLine: "single" },
];
const osRelease = { id: "debian", versionId: "12", prettyName: 'Debian "12" $x' };
const planOf = (more: object) =>
  Bootloader.plan(Bootloader.inputs.parse({ ...given, ...more })) as SystemdBootPlan;

describe("Bootloader refuses of systemd-boot and UKIs", () => {
  const store = { has: async () => false };
  const useless = (type: string, property: string, why: string) =>
    `${property}: is of no use with "${type}": ${why}`;
  const onEsp = "its files go onto the ESP (leave it out)";
  const noMenu =
    'the firmware starts it without a menu (take "systemd-boot-uki" for several, or a wait for a key)';
  test.each<[string, object, string[]]>([
    ["nothing with entries of text", { type: "systemd-boot", entries, defaultEntry: 1 }, []],
    ["nothing with a UKI for each entry", { type: "systemd-boot-uki", entries, osRelease }, []],
    ["nothing of a UKI alone", { type: "uki", osRelease }, []],
    [
      "a disk without an ESP",
      { type: "systemd-boot", layout: layoutOf(root) },
      [
        'layout: has no ESP, from which UEFI starts "systemd-boot" (add a partition with type "esp" and sizeMiB 64)',
      ],
    ],
    [
      "a disk that it is not told",
      { type: "uki", layout: undefined },
      ['layout: is required for "uki" (give `layout` of the PartitionLayout)'],
    ],
    [
      "what goes onto the ESP anyway, and a title that no menu has",
      { type: "systemd-boot", table: "gpt", partition: "root", menuTitle: "x", timeoutSeconds: 1 },
      [
        useless("systemd-boot", "table", "the layout says it (leave it out)"),
        useless("systemd-boot", "partition", onEsp),
        useless("systemd-boot", "menuTitle", "its menu has none (`entries` have titles)"),
      ],
    ],
    [
      "a menu of a UKI alone",
      { type: "uki", entries, defaultEntry: 1, timeoutSeconds: 5 },
      ["entries", "defaultEntry", "timeoutSeconds"].map((name) => useless("uki", name, noMenu)),
    ],
    [
      "a submenu",
      { type: "systemd-boot", entries: [{ title: "x", submenu: "y" }] },
      [
        'entries[0].submenu: is of no use with "systemd-boot", which has no submenus (leave it out)',
      ],
    ],
  ])("%s", async (_title, more, expected) => {
    const found = await checkInputs(Bootloader as never, { ...given, ...more }, { store } as never);
    const told = found.problems.map(({ property, reason }) => `${property}: ${reason}`);
    expect(told.sort()).toEqual(expected.sort());
  });

  test.each(["systemd-boot", "systemd-boot-uki", "uki"])(
    "a kernel without an EFI stub, at check, where the store has it: %s",
    async (type) => {
      const path = () => import.meta.filename;
      const ctx = { store: { has: async () => true, path } } as never;
      const { problems } = await checkInputs(Bootloader as never, { ...given, type }, ctx);
      expect(problems).toEqual([
        {
          property: "kernel.ref",
          reason:
            "cannot be started by UEFI: it is no EFI program (build it with EFI and EFI_STUB)",
        },
      ]);
    },
  );
});

describe("Bootloader plans of systemd-boot and UKIs", () => {
  test("entries of text", () => {
    const plan = planOf({ type: "systemd-boot", entries, defaultEntry: 1, timeoutSeconds: 3 });
    expect(plan.texts).toMatchInlineSnapshot(`
      [
        {
          "path": "/loader/loader.conf",
          "text": "default entry-1.conf
      timeout 3
      ",
        },
        {
          "path": "/loader/entries/entry-0.conf",
          "text": "title Debian
      sort-key entry-00
      linux /vmlinuz
      initrd /initrd.img
      options rw quiet console=ttyS0,115200
      ",
        },
        {
          "path": "/loader/entries/entry-1.conf",
          "text": "title Recovery
      sort-key entry-01
      linux /vmlinuz
      initrd /initrd.img
      options rw single console=ttyS0,115200
      ",
        },
      ]
    `);
    expect(plan.placed).toEqual([
      { path: "/vmlinuz", content: given.kernel.ref },
      { path: "/initrd.img", content: given.initrd.ref },
    ]);
    expect([plan.esp, plan.ukis]).toEqual(["boot", []]);
  });

  test("quotes at both ends of a title and of the arguments, which systemd-boot takes away, are given to it twice", () => {
    const quoted = { title: '"Debian"', commandLine: 'b.a="c d"' };
    const { texts } = planOf({
      ...{ type: "systemd-boot", commandLine: '"a.b=c d" ro', consoles: [], entries: [quoted] },
    });
    expect(texts[1]?.text).toContain('title ""Debian""\n');
    expect(texts[1]?.text).toContain('options ""a.b=c d" ro b.a="c d""\n');
  });

  test("a UKI for each entry, which the menu shows by its title", () => {
    const plan = planOf({ type: "systemd-boot-uki", entries, osRelease });
    expect(plan.texts.map(({ text }) => text)).toEqual(["default entry-0.efi\ntimeout 0\n"]);
    expect(plan.ukis.map(({ path, commandLine }) => [path, commandLine])).toEqual([
      ["/EFI/Linux/entry-0.efi", "rw quiet console=ttyS0,115200"],
      ["/EFI/Linux/entry-1.efi", "rw single console=ttyS0,115200"],
    ]);
    expect(plan.ukis[1]?.osRelease).toBe(
      'ID="debian"\nVERSION_ID="12"\nPRETTY_NAME="Recovery"\nIMAGE_ID="entry-01"\n',
    );
  });

  test("a UKI alone where the firmware looks, by the name of the system", () => {
    const plan = planOf({ type: "uki", osRelease });
    expect(plan.ukis.map(({ path }) => path)).toEqual(["/EFI/BOOT/BOOTX64.EFI"]);
    expect([plan.texts, plan.placed, plan.loader]).toEqual([[], [], false]);
    expect(plan.ukis[0]?.osRelease).toContain('PRETTY_NAME="Debian \\"12\\" \\$x"\n');
  });
});
