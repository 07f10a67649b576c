import { execFileSync } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openVolume } from "../../../provider/command/image/open-volume.ts";
import { readSmall } from "../../../provider/command/image/volume.ts";
import { openFile } from "../../../provider/store/vhd-view.ts";
import { bootwright } from "./bootwright.ts";
import { makeDisk, makeExt4, makeFat, makeFolder, uuid } from "./images.ts";

let home: string;
let store: string;
const at = (name: string) => join(home, name);
const output = (tool: string, ...args: string[]) =>
  execFileSync(tool, args, { encoding: "latin1", stdio: "pipe" });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  store = at("store");
  await makeFolder(at("folder"));
  await makeExt4(at("folder"), at("root.ext4"));
  await makeFat(at("esp.fat"));
  await makeDisk(at("disk.raw"), at("esp.fat"), at("root.ext4"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function inspect(...args: string[]) {
  const { stdout, stderr, exitCode } = await bootwright(["inspect", ...args, "--json"], { store });
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  return JSON.parse(stdout);
}

/** Everything below a folder as find(1) lists it: type, mode, size of files and target of links. */
function found(folder: string): string[] {
  const lines = output("find", folder, "-mindepth", "1", "-printf", "%y %m %s %P %l\\0");
  return lines
    .split("\0")
    .filter(Boolean)
    .map((line) => line.replace(/^(d|l) (\d+) \d+/, "$1 $2 0"))
    .sort();
}

async function listed(image: string) {
  const source = await openFile(image);
  try {
    const volume = (await openVolume(source))!;
    const entries = await volume.list!();
    const sizes = new Map(entries.map((entry) => [entry.path, entry]));
    const text = entries.flatMap((entry) => {
      const { path, target = "" } = entry;
      if (path === "" || path === "lost+found") return [];
      const of = entry.type === "link" ? sizes.get(target)! : entry;
      const letter = { directory: "d", symlink: "l", file: "f" }[of.type as "file"];
      return `${letter} ${of.mode?.toString(8)} ${of.size} ${path} ${of.type === "symlink" ? target : ""}`;
    });
    const large = entries.find(({ path, type }) => path === "usr/large" && type !== "link");
    const file = large ?? entries.find(({ path }) => path === "usr/hard")!;
    return { text: text.sort(), large: await readSmall(volume, file, 2 ** 23) };
  } finally {
    await source.close();
  }
}

/** Bytes of a FAT before its first cluster, by minfo. */
function fatOverhead(): number {
  const info = output("minfo", "-i", at("esp.fat"), "::");
  const value = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, "m").exec(info)?.[1]);
  const sectors = value("reserved .boot. sectors") + value("fats") * value("sectors per fat");
  return sectors * 512 + value("max available root directory slots") * 32;
}

describe("paths", () => {
  test("of an ext4 of mke2fs are those that find lists, hash trees, holes and links included", async () => {
    const { text, large } = await listed(at("root.ext4"));
    expect(text).toEqual(found(at("folder")));
    expect(large.equals(await readFile(at("folder/usr/large")))).toBe(true);
  });

  test("of an ISO of xorriso are those that find lists, by Rock Ridge", async () => {
    execFileSync(
      "xorriso",
      ["-as", "mkisofs", "-R", "-V", "LIVE", "-o", at("a.iso"), at("folder")],
      {
        stdio: "ignore",
      },
    );
    const { text, large } = await listed(at("a.iso"));
    // -R gives each path its own mode, and hard links are files of their own.
    expect(text).toEqual(found(at("folder")));
    expect(large.equals(await readFile(at("folder/usr/large")))).toBe(true);
    const { parts } = await inspect(at("a.iso"));
    expect(parts[0].filesystem).toMatchObject({ type: "iso9660", label: "LIVE" });
    expect(parts[0].filesystem.uuid).toBe(
      output("blkid", "-p", "-s", "UUID", "-o", "value", at("a.iso")).trim(),
    );
  });
});

describe("a disk", () => {
  test("has the partitions that sfdisk prints", async () => {
    const look = await inspect(at("disk.raw"));
    const { partitiontable } = JSON.parse(output("sfdisk", "--json", at("disk.raw")));
    expect(look).toMatchObject({ table: "gpt", diskId: partitiontable.id.toLowerCase() });
    expect(
      look.parts.map(({ partition: p }: { partition: Record<string, number | string> }) => [
        Number(p.offsetBytes) / 512,
        Number(p.sizeBytes) / 512,
        p.name,
        String(p.uuid).toUpperCase(),
      ]),
    ).toEqual(
      partitiontable.partitions.map((p: Record<string, unknown>) => [
        p.start,
        p.size,
        p.name,
        p.uuid,
      ]),
    );
    expect(
      look.parts.map((p: { partition: { type: string; bootable: boolean } }) => p.partition),
    ).toMatchObject([
      { type: "esp", bootable: false },
      { type: "linux", bootable: true },
    ]);
  });

  test("has filesystems with the figures of dumpe2fs and mdir, and their boot configuration", async () => {
    const [esp, root] = (await inspect(at("disk.raw"))).parts.map(
      (part: { filesystem: unknown }) => part.filesystem,
    );
    const figure = (name: string) =>
      Number(
        new RegExp(`^${name}: +(\\d+)`, "m").exec(output("dumpe2fs", "-h", at("root.ext4")))?.[1],
      );
    expect(root).toMatchObject({
      type: "ext4",
      label: "root",
      uuid,
      sizeBytes: figure("Block count") * figure("Block size"),
      usedBytes: (figure("Block count") - figure("Free blocks")) * figure("Block size"),
      boot: [
        {
          path: "/boot/extlinux/extlinux.conf",
          lines: ["DEFAULT linux", "LABEL linux", "KERNEL /vmlinuz", "APPEND ro <b>console=ttyS0"],
        },
      ],
    });
    expect(root.biggest[0]).toEqual({ path: "/sparse", bytes: 5_000_000 });
    expect(esp).toMatchObject({
      type: output("blkid", "-p", "-s", "VERSION", "-o", "value", at("esp.fat"))
        .trim()
        .toLowerCase(),
      label: "ESP",
      uuid: "1234-5678",
      boot: [{ path: "/EFI/BOOT/BOOTX64.EFI", lines: [] }],
    });
    const [free] = /[\d ]+(?= bytes free)/.exec(output("mdir", "-i", at("esp.fat"), "::/")) ?? [];
    // Boot sector, tables and the fixed root folder are neither free nor used by clusters.
    expect(esp.sizeBytes - esp.usedBytes - Number(free?.replaceAll(" ", ""))).toBe(fatOverhead());
    expect(esp.biggest.map(({ path }: { path: string }) => path)).toContain(
      "/a name longer than 8.3",
    );
  });

  test("as a qcow2 is the same, and the store keeps nothing of it", async () => {
    execFileSync("qemu-img", ["convert", "-O", "qcow2", at("disk.raw"), at("disk.qcow2")]);
    const raw = await inspect(at("disk.raw"));
    const { format, parts } = await inspect(at("disk.qcow2"));
    expect(format).toBe("qcow2");
    expect(parts).toEqual(raw.parts);
    expect(await readdir(join(store, "stages"))).toEqual([]);
  });

  test("is told in text as a table, a line for each filesystem and its biggest paths", async () => {
    const { stdout } = await bootwright(["inspect", at("disk.raw"), "--paths", "2"], { store });
    expect(stdout).toContain(`
#  name  type   start  sectors      size  boot  filesystem
1  esp   esp     2048    16384  8.00 MiB        fat12 "ESP"
2  root  linux  18432    65536  32.0 MiB  *     ext4 "root"
`);
    expect(stdout).toMatch(/^partition 2: ext4 "root", 6bde6dc6-.* 32\.0 MiB, 61\d entries$/m);
    expect(stdout).toContain("  4.77 MiB  /sparse\n");
  });
});

describe("a page", () => {
  test("is one well-formed file with a box for each partition and each large file, and loads nothing", async () => {
    const page = at("page.html");
    const { exitCode, stderr } = await bootwright(["inspect", at("disk.raw"), "--html", page], {
      store,
    });
    expect([exitCode, stderr]).toEqual([0, `The page is in ${page}\n`]);
    const html = await readFile(page, "utf8");
    expect(html).toContain("<title>/usr/hard  2.86 MiB</title>");
    expect(html).toContain("<title>partition 2 root: ext4, 32.0 MiB from byte 9437184</title>");
    // What the boot configuration holds is no markup.
    expect(html).toContain("APPEND ro &lt;b&gt;console=ttyS0");
    const check = `import sys, html.parser
open_tags, void = [], {"meta", "br", "rect"}
class P(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        if tag not in void: open_tags.append(tag)
        for name, value in attrs:
            assert name not in ("src", "href", "onload"), name
    def handle_endtag(self, tag):
        if tag not in void: assert open_tags.pop() == tag, tag
P().feed(open(sys.argv[1], encoding="utf8").read())
assert open_tags == [], open_tags`;
    execFileSync("python3", ["-c", check, page], { stdio: "pipe" });
  });
});

describe("summaries", () => {
  test("of squashfs and swap have what unsquashfs and blkid say", async () => {
    execFileSync("mksquashfs", [
      at("folder"),
      at("a.squashfs"),
      "-comp",
      "zstd",
      "-quiet",
      "-no-progress",
    ]);
    await writeFile(at("swap"), "");
    await truncate(at("swap"), 2 ** 20);
    execFileSync("mkswap", ["-L", "swapped", at("swap")], { stdio: "ignore" });
    const squashfs = (await inspect(at("a.squashfs"))).parts[0].filesystem;
    expect(squashfs).toMatchObject({ type: "squashfs", remarks: ["zstd, blocks of 128 KiB"] });
    expect(squashfs.entries).toBe(
      Number(/Number of inodes (\d+)/.exec(output("unsquashfs", "-s", at("a.squashfs")))?.[1]),
    );
    const value = (tag: string) =>
      output("blkid", "-p", "-s", tag, "-o", "value", at("swap")).trim();
    expect((await inspect(at("swap"))).parts[0].filesystem).toMatchObject({
      type: value("TYPE"),
      uuid: value("UUID"),
      label: value("LABEL"),
    });
  });
});

test("a filesystem that is cut off or was not unmounted is told as far as it goes, with exit code 1", async () => {
  await writeFile(at("cut.ext4"), (await readFile(at("root.ext4"))).subarray(0, 100_000));
  await cp(at("root.ext4"), at("unclean.ext4"));
  // s_state: errors were found.
  execFileSync("debugfs", ["-w", "-R", "ssv state 2", at("unclean.ext4")], { stdio: "ignore" });
  for (const [name, why] of [
    ["cut.ext4", /it has 33554432 bytes, more than its partition/],
    ["unclean.ext4", /it is not clean: it is marked as having errors/],
  ] as const) {
    const { stdout, exitCode } = await bootwright(["inspect", at(name)], { store });
    expect(stdout).toContain(`ext4 "root", ${uuid}`);
    expect(stdout).toMatch(why);
    expect(exitCode).toBe(1);
  }
});

describe("what cannot be looked into is refused with the way out", () => {
  test.each([
    ["a path that is not there", "no-such.raw", "is no file, and no digest"],
    ["a digest that is nobody's", "disk:abcdef0123", "no artefact of"],
    ["a gzip", "packed.gz", "gzip -d unpacks it"],
    ["a qcow2 with a backing file", "overlay.qcow2", "flatten it with qemu-img convert"],
    ["a qcow2 whose data is elsewhere", "index.qcow2", "flatten it with qemu-img convert"],
  ])("%s", async (_, name, reason) => {
    await writeFile(at("packed.gz"), Buffer.from("1f8b08000000", "hex"));
    execFileSync("qemu-img", [
      "create",
      "-q",
      "-f",
      "qcow2",
      "-F",
      "raw",
      "-b",
      at("disk.raw"),
      at("overlay.qcow2"),
    ]);
    const elsewhere = `data_file=${at("data")},data_file_raw=on`;
    execFileSync("qemu-img", [
      ...["create", "-q", "-f", "qcow2", "-o", elsewhere, at("index.qcow2"), "1M"],
    ]);
    const argument = name.includes(":") ? name : at(name);
    const { exitCode, stderr, stdout } = await bootwright(["inspect", argument], { store });
    expect(stderr).toContain(reason);
    expect(stderr).not.toMatch(/^ +at /m);
    expect([exitCode, stdout]).toEqual([2, ""]);
  });
});
