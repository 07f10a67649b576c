import { describe, expect, test } from "vitest";
import type { SyslinuxPlan } from "../../../provider/boot/install-syslinux.ts";
import { Bootloader } from "../../../provider/flow/compose/bootloader.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { refsIn } from "../../../provider/plan/ref.ts";

const file = (digit: string) => ({
  kind: "file" as const,
  digest: `sha256:${digit.repeat(64)}`,
  recipe: "made",
});
const given = {
  rootUuid: "3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10",
  kernel: { ref: file("a"), path: "/boot/vmlinuz-6.1.0-40-amd64" },
  initrd: { ref: file("b"), path: "/boot/initrd.img-6.1.0-40-amd64" },
};
/** A store without a kernel that could be looked at. */
const nothingMade = { store: { has: async () => false } } as never;
const planOf = (more: object = {}) =>
  Bootloader.plan(Bootloader.inputs.parse({ ...given, ...more })) as SyslinuxPlan;

describe("Bootloader refuses", () => {
  test.each<[string, object, string]>([
    [
      "a second line in the command line",
      { commandLine: "rw\nLABEL x" },
      "commandLine: must be printable ASCII on one line",
    ],
    [
      "a control character in the menu's title",
      { menuTitle: "a\u001b[2J" },
      "menuTitle: must be printable ASCII on one line",
    ],
    [
      "a kernel path with a space",
      { kernel: { ...given.kernel, path: "/boot/my kernel" } },
      "kernel.path: must be an absolute path without spaces, or empty",
    ],
    [
      "a console that smuggles an argument",
      { consoles: ["ttyS0 init=/bin/sh"] },
      "consoles[0]: must be such as ttyS0,115200",
    ],
    [
      "a UUID in upper case, which the initrd would not find",
      { rootUuid: given.rootUuid.toUpperCase() },
      "rootUuid: must be a UUID in lower case",
    ],
    [
      "a boot loader that it does not know",
      { type: "lilo" },
      'type: Invalid option: expected one of "extlinux"|"syslinux"|"efi-stub"|"grub-bios"|"grub-uefi"|"grub-hybrid"|"systemd-boot"|"systemd-boot-uki"|"uki"',
    ],
  ])("%s", (_title, more, expected) => {
    const result = Bootloader.inputs.safeParse({ ...given, ...more });
    const found = result.error?.issues.map(
      (i) =>
        `${i.path
          .map((p) => (typeof p === "number" ? `[${p}]` : `.${String(p)}`))
          .join("")
          .slice(1)}: ${i.message}`,
    );
    expect(found?.[0]).toBe(expected);
  });

  test.each<[string, object, string[]]>([
    [
      "arguments in the command line that other inputs set",
      { commandLine: "ro root=/dev/sda1 initrd=/x" },
      [
        'commandLine: has "root=", which rootUuid sets',
        'commandLine: has "initrd=", which initrd sets',
      ],
    ],
    [
      "a menu that would be gone at once",
      { menuTitle: "Debian" },
      ["timeoutSeconds: is 0 but a menu needs time to be seen (set it to at least 1)"],
    ],
    [
      "a command line that the kernel would cut",
      { commandLine: "x".repeat(2000) },
      [
        "commandLine: makes a command line of 2160 bytes with root and consoles but the kernel takes 2047",
      ],
    ],
  ])("%s", async (_title, more, expected) => {
    const { problems } = await checkInputs(Bootloader as never, { ...given, ...more }, nothingMade);
    expect(problems.map(({ property, reason }) => `${property}: ${reason}`)).toEqual(expected);
  });
});

describe("Bootloader refuses, by what is given and what is not,", () => {
  const { kernel, initrd, rootUuid } = given;
  const advice =
    'is of no use with "efi-stub": the firmware starts the kernel without arguments or a menu (build the command line into the kernel: CMDLINE_BOOL and CMDLINE)';
  const noRoot =
    "rootUuid: is required (or initrd, or root= in commandLine): the kernel would have no root";
  test.each<[string, object, string[]]>([
    ["a kernel without a root", { kernel }, [noRoot]],
    ["a kernel without a root on FAT", { type: "syslinux", kernel }, [noRoot]],
    ["nothing where the initrd is the whole machine", { type: "syslinux", kernel, initrd }, []],
    [
      "nothing where the command line names the root",
      { kernel, commandLine: "root=/dev/vda1 rw" },
      [],
    ],
    [
      "a root that is named twice",
      { kernel, rootUuid, commandLine: "root=/dev/vda1" },
      ['commandLine: has "root=", which rootUuid sets'],
    ],
    ["nothing of a kernel that starts itself", { type: "efi-stub", kernel, initrd }, []],
    [
      "what nobody tells a kernel that starts itself",
      {
        ...{ type: "efi-stub", kernel, rootUuid, commandLine: "quiet", consoles: ["ttyS0"] },
        ...{ timeoutSeconds: 0, menuTitle: "x" },
      },
      ["commandLine", "consoles", "rootUuid", "timeoutSeconds", "menuTitle"].map(
        (property) => `${property}: ${advice}`,
      ),
    ],
  ])("%s", async (_title, inputs, expected) => {
    const { problems } = await checkInputs(Bootloader as never, { ...inputs }, nothingMade);
    expect(problems.map(({ property, reason }) => `${property}: ${reason}`)).toEqual(expected);
  });
});

describe("Bootloader plans", () => {
  test("the seed's configuration with a serial console", () => {
    expect(planOf().config).toMatchInlineSnapshot(`
      "SERIAL 0 115200
      DEFAULT linux
      PROMPT 0
      LABEL linux
        KERNEL /boot/vmlinuz-6.1.0-40-amd64
        APPEND rw root=UUID=3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10 console=tty0 console=ttyS0,115200 initrd=/boot/initrd.img-6.1.0-40-amd64
      "
    `);
  });

  test("a menu on the second serial port", () => {
    const config = planOf({
      consoles: ["ttyS1,9600"],
      menuTitle: "Debian 12",
      timeoutSeconds: 5,
    }).config;
    expect(config).toMatchInlineSnapshot(`
      "SERIAL 1 9600
      DEFAULT linux
      UI menu.c32
      MENU TITLE Debian 12
      TIMEOUT 50
      LABEL linux
        KERNEL /boot/vmlinuz-6.1.0-40-amd64
        APPEND rw root=UUID=3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10 console=ttyS1,9600 initrd=/boot/initrd.img-6.1.0-40-amd64
      "
    `);
  });

  test("no serial port and no initrd where none is wanted", () => {
    expect(planOf({ consoles: ["tty0"], initrd: undefined }).config).toMatchInlineSnapshot(`
      "DEFAULT linux
      PROMPT 0
      LABEL linux
        KERNEL /boot/vmlinuz-6.1.0-40-amd64
        APPEND rw root=UUID=3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10 console=tty0
      "
    `);
  });

  test("the place of a kernel that is not in the tree", () => {
    const plan = planOf({ kernel: { ref: file("a") } });
    expect(plan.placed).toEqual([{ path: "/boot/vmlinuz", content: file("a") }]);
    expect(plan.config).toContain("KERNEL /boot/vmlinuz\n");
  });

  test("the first seed's configuration on FAT, under names of eight and three characters", () => {
    const { kernel, initrd } = given;
    const seed = { type: "syslinux", kernel, initrd, commandLine: "", consoles: ["ttyS0"] };
    const plan = Bootloader.plan(Bootloader.inputs.parse(seed)) as SyslinuxPlan;
    expect(plan.config).toMatchInlineSnapshot(`
      "SERIAL 0 115200
      DEFAULT linux
      PROMPT 0
      LABEL linux
        KERNEL /vmlinuz
        APPEND console=ttyS0,115200 initrd=/initrd.img
      "
    `);
    expect(plan.placed).toEqual([
      { path: "/vmlinuz", content: kernel.ref },
      { path: "/initrd.img", content: initrd.ref },
    ]);
    expect(plan.directory).toBe("/");
  });

  test("a kernel that starts itself by its content alone", () => {
    const { kernel, initrd } = given;
    const parsed = Bootloader.inputs.parse({ type: "efi-stub", partition: "esp", kernel, initrd });
    expect(Bootloader.plan(parsed)).toEqual({
      ...{ method: "efi-stub", partition: "esp", kernel: kernel.ref, initrd: initrd.ref },
    });
  });

  test("the same for another kernel at the same path of the tree", () => {
    expect(planOf({ kernel: { ...given.kernel, ref: file("c") } })).toEqual(planOf());
    expect(refsIn(planOf())).toEqual([]);
  });
});
