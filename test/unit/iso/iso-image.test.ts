import { describe, expect, test } from "vitest";
import { IsoImage } from "../../../provider/flow/compose/iso-image.ts";
import { isoArguments, volumeDate } from "../../../provider/iso/xorriso.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";

const ref = (kind: string) => ({ kind, digest: `sha256:${"a".repeat(64)}`, recipe: "" });
const tiny = { seed: "demo", kernel: ref("file"), initrd: ref("file") };

describe("IsoImage refuses", () => {
  test.each<[string, object, string[]]>([
    ["nothing of a kernel and an initrd", {}, []],
    [
      "what is no file",
      { kernel: ref("tree"), initrd: ref("disk"), squashfs: ref("ext4"), layout: "live" },
      [
        'kernel: must be a file, but is of kind "tree"',
        'initrd: must be a file, but is of kind "disk"',
        'squashfs: must be a file, but is of kind "ext4"',
      ],
    ],
    [
      "a squashfs that nobody looks for",
      { squashfs: ref("file") },
      ['squashfs: is of no use to layout "tiny": choose "live" or "casper"'],
    ],
    [
      "a live system without its root",
      { layout: "casper" },
      ['squashfs: is required for layout "casper"'],
    ],
    [
      "a default that is not in the menu",
      { defaultEntry: 1 },
      ["defaultEntry: is 1 but the last of the 1 entries is 0"],
    ],
    [
      "a default that starts nothing, and a submenu that is something else as well",
      {
        entries: [
          { title: "More", commandLine: "quiet", memtest: true, submenu: [{ title: "Start" }] },
        ],
      },
      [
        "entries[0].commandLine: is of no use beside submenu: give it to the entries of that",
        "entries[0].memtest: is exclusive with submenu",
        "defaultEntry: is 0, which is a submenu and starts nothing",
      ],
    ],
    [
      "a default beyond the menu of the layout",
      { layout: "live", squashfs: ref("file"), defaultEntry: 3 },
      ["defaultEntry: is 3 but the last of the 3 entries is 2"],
    ],
    [
      "a menu of one level too many",
      { entries: [{ title: "a", submenu: [{ title: "b", submenu: [{ title: "c" }] }] }] },
      ['entries[0].submenu[0]: "submenu" is not known here'],
    ],
    [
      "live-only packages where nothing is live, and what is no package",
      { liveOnlyPackages: ["live boot"] },
      ["liveOnlyPackages[0]: must be a package's name, * for any part of it"],
    ],
    [
      "live-only packages of no use",
      { liveOnlyPackages: [] },
      ['liveOnlyPackages: is of no use to layout "tiny": choose "live" or "casper"'],
    ],
    [
      "files that are in the way of others, or are no files",
      {
        files: [
          { path: "/live/x", content: ref("file") },
          { path: "/install/Disk", content: ref("disk") },
          { path: "/install/disk/more", content: ref("file") },
          { path: "/MD5SUM.txt", content: ref("file") },
        ],
      },
      [
        'files[0].path: "/live/x" is where the medium has files of its own',
        'files[1].content: must be a file, but is of kind "disk"',
        'files[2].path: "/install/disk/more" is in the way of "/install/Disk"',
        'files[3].path: "/MD5SUM.txt" is where the medium has files of its own',
      ],
    ],
    [
      "a file by a name that not every reader of the medium knows",
      {
        files: [
          { path: "/../etc/passwd", content: ref("file") },
          { path: "/a b", content: ref("file") },
        ],
      },
      [
        "files[0].path: must be absolute, of parts of at most 64 letters, digits and _ . + -",
        "files[1].path: must be absolute, of parts of at most 64 letters, digits and _ . + -",
      ],
    ],
    [
      "a command line that GRUB would change",
      { entries: [{ title: "a", commandLine: 'said="x"' }] },
      ["entries[0].commandLine: must be printable ASCII without quotes and backslashes"],
    ],
    [
      "a title of two lines, and a name that ISO 9660 does not know",
      { entries: [{ title: "a\nb" }], volumeId: "my iso" },
      [
        "volumeId: must be 1 to 16 of A to Z, 0 to 9 and _",
        "entries[0].title: must be printable ASCII on one line",
      ],
    ],
  ])("%s", async (_title, given, expected) => {
    const { problems } = await checkInputs(IsoImage as never, { ...tiny, ...given }, {} as never);
    expect(problems.map(({ property, reason }) => `${property}: ${reason}`)).toEqual(expected);
  });
});

function plan(given: object) {
  return IsoImage.plan(IsoImage.inputs.parse({ ...tiny, ...given }));
}

function menuOf(given: object): string {
  return plan(given).texts.find(({ path }) => path === "boot/grub/grub.cfg")?.text ?? "";
}

describe("IsoImage plans", () => {
  test("a menu whose titles and arguments GRUB takes as they are", () => {
    expect(
      menuOf({
        entries: [
          { title: "It's {$this};" },
          { title: "Quiet", commandLine: "  quiet  root=LABEL={x};$y " },
        ],
        ...{ defaultEntry: 1, timeoutSeconds: 0, consoles: ["tty0", "ttyS1,9600n8"] },
      }),
    ).toMatchInlineSnapshot(`
      "serial --unit=1 --speed=9600
      terminal_input serial console
      terminal_output serial console
      set default=1
      set timeout=0
      menuentry 'It'\\''s {$this};' {
        linux /boot/vmlinuz console=tty0 console=ttyS1,9600n8
        initrd /boot/initrd.img
      }
      menuentry Quiet {
        linux /boot/vmlinuz quiet 'root=LABEL={x};$y' console=tty0 console=ttyS1,9600n8
        initrd /boot/initrd.img
      }
      "
    `);
  });

  test("submenus, and Memtest86+ as each firmware loads it, talking to the serial console", () => {
    const given = {
      entries: [
        { title: "Start" },
        {
          title: "More",
          submenu: [
            { title: "Slowly", commandLine: "nosmp" },
            { title: "Memory", commandLine: "nobench", memtest: true },
          ],
        },
      ],
      consoles: ["ttyS0", "tty0"],
    };
    expect(plan(given).memtest).toBe(true);
    expect(plan({}).memtest).toBe(false);
    expect(menuOf(given).split("\n").slice(9).join("\n")).toMatchInlineSnapshot(`
      "submenu More {
        menuentry Slowly {
          linux /boot/vmlinuz nosmp console=ttyS0,115200 console=tty0
          initrd /boot/initrd.img
        }
        menuentry Memory {
          if [ "$grub_platform" = efi ]; then
            linux /install/memtest86+x64.efi nobench console=ttyS0,115200
          else
            linux /install/memtest86+x64.bin nobench console=ttyS0,115200
          fi
        }
      }
      "
    `);
  });

  test.each([
    ["live", ["Try Demo without installing", "Check the medium for defects", "Test the memory"]],
    [
      "casper",
      [
        ...["Try Demo without installing", "Install Demo"],
        ...["Check the medium for defects", "Test the memory"],
      ],
    ],
  ])("the menu that users of %s expect, where none is given", (layout, titles) => {
    const menu = menuOf({ layout, squashfs: ref("file"), name: "Demo" });
    expect([...menu.matchAll(/^menuentry '(.*)' {/gm)].map((match) => match[1])).toEqual(titles);
    const check = { live: "verify-checksums", casper: "integrity-check" }[layout as "live"];
    expect(menu).toContain(`boot=${layout} `);
    expect(menu).toContain(` ${check} `);
  });

  test("more files, and whose packages are listed", () => {
    const files = [{ path: "/install/disk.img.zst", content: ref("file") }];
    const { artefacts, liveRoot } = plan({ layout: "live", squashfs: ref("file"), files });
    expect(artefacts.at(-1)).toEqual({ path: "install/disk.img.zst", content: ref("file") });
    expect(liveRoot).toMatchObject({ folder: "live", squashfs: ref("file") });
    expect(liveRoot?.liveOnlyPackages).toContain("ubiquity*");
    expect(plan({}).liveRoot).toBeUndefined();
  });

  test.each([
    ["live", "live/initrd.img", "boot=live components"],
    ["casper", "casper/initrd", "boot=casper"],
  ])("the layout %s by its files and command line", (layout, initrd, commandLine) => {
    const given = { layout, squashfs: ref("file"), consoles: ["tty0"], entries: [{ title: "a" }] };
    expect(plan(given).artefacts.map(({ path }) => path)).toEqual([
      ...[`${layout}/vmlinuz`, initrd, `${layout}/filesystem.squashfs`],
    ]);
    expect(menuOf(given)).toContain(
      `  linux /${layout}/vmlinuz ${commandLine} console=tty0\n  initrd /${initrd}\n`,
    );
  });

  test("the medium's papers, and a mark that is another one for each seed", () => {
    const { texts, marker, diskGuid } = plan({ name: "Demo", sourceDateEpoch: 1_700_000_000 });
    expect(texts.map(({ path }) => path)).toEqual([
      ...[".disk/info", marker, "README.diskdefines", "boot/grub/grub.cfg"],
    ]);
    expect(texts[0]?.text).toBe("Demo (20231114)\n");
    const other = plan({ seed: "other" });
    expect(other.marker).not.toBe(marker);
    expect(other.diskGuid).not.toBe(diskGuid);
  });

  test("nothing else when only the title of an entry changes", () => {
    const [one, two] = ["One", "Two"].map((title) => plan({ entries: [{ title }] }));
    expect({ ...one, texts: [] }).toEqual({ ...two, texts: [] });
  });
});

test("xorriso is told one time, one GUID, and files by paths of which nothing is an option", () => {
  const files = [
    { path: "live/filesystem.squashfs", from: "/s=1\\/x" },
    { path: ".disk/info", from: "/i" },
  ];
  const frame = { volumeId: "DEMO", diskGuid: "g", sourceDateEpoch: 1_700_000_000, files };
  const args = isoArguments({ ...frame, out: "/o", esp: "/e", hybrid: "/h" });
  expect(args.slice(args.indexOf("--sort-weight"))).toEqual([
    ...["--sort-weight", "-1", "/live/filesystem.squashfs", "-graft-points"],
    ...["live/filesystem.squashfs=/s\\=1\\\\/x", ".disk/info=/i"],
  ]);
  expect(args.slice(0, 2)).toEqual(["SOURCE_DATE_EPOCH=1700000000", "xorriso"]);
  expect(args).toContain("--modification-date=2023111422132000");
  expect(volumeDate(0)).toBe("1970010100000000");
});
