import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Filesystem } from "../../../provider/flow/compose/filesystem.ts";
import { IsoImage } from "../../../provider/flow/compose/iso-image.ts";
import { squashfsPapers } from "../../../provider/iso/squashfs-content.ts";
import { verifyIso } from "../../../provider/iso/verify-iso.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { testContext } from "../../context.ts";
import { rpmDatabase } from "../../unit/packages/rpm-database.ts";
import { commitTree, type TestFile } from "../fat/trees.ts";

type TestContext = Awaited<ReturnType<typeof testContext>>;
let ctx: TestContext;
let path: string;
beforeAll(async () => {
  ctx = await testContext();
  path = await make();
});
afterAll(() => ctx?.dispose());

const epoch = 1_700_000_000;
const kernel = Buffer.from("a kernel\n".repeat(100_000));

async function file(bytes: Uint8Array, { store }: TestContext): Promise<Ref> {
  return { kind: "file", digest: await store.putBytes(bytes), recipe: "" };
}

const status = ["live-boot", "base-files", "os-prober"]
  .map((name) => `Package: ${name}\nStatus: install ok installed\nVersion: 1:2.0-3\n`)
  .join("\n");
const debian: readonly TestFile[] = [
  { path: "own", content: Buffer.from("the tree's") },
  { path: "var/lib/dpkg/status", content: Buffer.from(status) },
  { path: "a b\\\nc\\", content: Buffer.alloc(5000) },
  { path: "z link", type: "link", target: "own" },
];

/** A live medium of a small tree; its path. */
async function make(
  given: object = {},
  world: TestContext = ctx,
  files: readonly TestFile[] = debian,
): Promise<string> {
  const tree = await commitTree(world.store, files);
  const squashfs = Filesystem.plan(Filesystem.inputs.parse({ type: "squashfs", tree }));
  const inputs = IsoImage.inputs.parse({
    ...{ layout: "live", seed: "demo", volumeId: "DEMO", sourceDateEpoch: epoch },
    kernel: await file(kernel, world),
    initrd: await file(Buffer.from("an initrd"), world),
    squashfs: (await Filesystem.make!(squashfs, world)).ref,
    ...given,
  });
  const { ref, sizeBytes } = await IsoImage.make!(IsoImage.plan(inputs), world);
  const path = world.store.path("file", ref.digest);
  expect((await readFile(path)).length).toBe(sizeBytes);
  return path;
}

async function said(command: string, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout } = await execa(command, args, { all: true, ...(cwd ? { cwd } : {}) });
  return stdout;
}

describe("an ISO image", () => {
  test("is a CD for BIOS and UEFI and a disk with GPT, as file, isoinfo, xorriso and sgdisk see it", async () => {
    expect(await said("file", ["-b", path])).toMatch(
      /ISO 9660.*'DEMO'.*\(bootable\)|DOS\/MBR boot/,
    );
    expect(await said("isoinfo", ["-d", "-i", path])).toMatch(/Volume id: DEMO\n/);
    const torito = await said("xorriso", ["-indev", path, "-report_el_torito", "plain"]);
    expect(torito).toMatch(/El Torito boot img :\s+1\s+BIOS\s+y\s+none/);
    expect(torito).toMatch(/El Torito boot img :\s+2\s+UEFI\s+y\s+none/);
    expect(torito).toContain("/boot/grub/bios.img");
    expect(await said("sgdisk", ["-v", path])).toContain("No problems found");
    expect(await said("sgdisk", ["-i", "2", path])).toContain(
      "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
    );
  });

  test("has an ESP that fsck.fat finds clean and mtools finds GRUB in, the same as on the medium", async () => {
    const sector = /First sector: (\d+)/.exec(await said("sgdisk", ["-i", "2", path]))?.[1];
    const sectors = /Partition size: (\d+)/.exec(await said("sgdisk", ["-i", "2", path]))?.[1];
    const esp = join(ctx.cwd, "esp");
    const [start, length] = [Number(sector) * 512, Number(sectors) * 512];
    await writeFile(esp, (await readFile(path)).subarray(start, start + length));
    await execa("fsck.fat", ["-n", esp]);
    await execa("mcopy", ["-n", "-i", esp, "::EFI/BOOT/BOOTX64.EFI", ctx.cwd]);
    await execa("7z", ["x", "-y", `-o${ctx.cwd}/x`, path, "EFI/BOOT/BOOTX64.EFI"]);
    const [inside, beside] = [join(ctx.cwd, "BOOTX64.EFI"), "x/EFI/BOOT/BOOTX64.EFI"];
    expect((await readFile(inside)).equals(await readFile(join(ctx.cwd, beside)))).toBe(true);
    expect(await said("file", ["-b", inside])).toMatch(/PE32\+ executable.*EFI/);
  });

  test("holds what it was given, and sums that md5sum finds right, as 7-Zip unpacks it", async () => {
    await execa("7z", ["x", "-y", "-ox", path], { cwd: ctx.cwd });
    const medium = join(ctx.cwd, "x");
    expect((await readFile(join(medium, "live/vmlinuz"))).equals(kernel)).toBe(true);
    expect(await readFile(join(medium, "live/initrd.img"), "utf8")).toBe("an initrd");
    const sums = await said("md5sum", ["-c", "--quiet", "md5sum.txt"], medium);
    expect(sums).toBe("");
    const list = await readFile(join(medium, "md5sum.txt"), "utf8");
    expect(list.split("\n").map((line) => line.slice(34))).toEqual([
      ...["./.disk/7beab1d6-a8aa-8bf9-a537-b9add9963ef8", "./.disk/info"],
      ...["./EFI/BOOT/BOOTX64.EFI", "./README.diskdefines", "./boot/grub/grub.cfg"],
      ...["./install/memtest86+x64.bin", "./install/memtest86+x64.efi"],
      ...["./live/filesystem.manifest", "./live/filesystem.manifest-desktop"],
      ...["./live/filesystem.size", "./live/filesystem.squashfs"],
      ...["./live/initrd.img", "./live/vmlinuz", ""],
    ]);
    expect(await said("file", ["-b", join(medium, "install/memtest86+x64.efi")])).toContain(
      "Memtest86+",
    );
    const squashfs = join(medium, "live/filesystem.squashfs");
    expect(await said("sqfs2tar", [squashfs])).toContain("the tree's");
  });

  test("tells the size of what is in the squashfs and its packages, as find counts and dpkg-query says", async () => {
    const [medium, root, admin] = ["papers", "root", "admin"].map((name) => join(ctx.cwd, name));
    await execa("7z", ["x", "-y", `-o${medium}`, path, "live"]);
    const paper = (name: string) => readFile(join(medium!, "live", `filesystem${name}`), "utf8");
    await execa("unsquashfs", [
      "-q",
      "-no-progress",
      "-d",
      root!,
      join(medium!, "live/filesystem.squashfs"),
    ]);
    const found = await said("find", [
      root!,
      "-type",
      "d",
      "-printf",
      "d %s\n",
      "-o",
      "-type",
      "f",
      "-links",
      "1",
      "-printf",
      "f %s\n",
    ]);
    const sizes = found.split("\n").map((line) => line.split(" ") as [string, string]);
    // A folder takes a block, and so does what is left of a file; both names of `own` are one file.
    const blocks = sizes.map(([kind, size]) => (kind === "d" ? 1 : Math.ceil(Number(size) / 4096)));
    expect(await paper(".size")).toBe(String((blocks.reduce((a, b) => a + b) + 1) * 4096));
    await mkdir(admin!);
    await writeFile(join(admin!, "status"), status);
    const packages = await said("dpkg-query", [
      ...["--admindir", admin!, "--show", "--showformat", "$\u007bPackage} $\u007bVersion}\n"],
    ]);
    expect(await paper(".manifest")).toBe(`${packages}\n`);
    expect(await paper(".manifest-desktop")).toBe("base-files 1:2.0-3\n");
  });

  test("lists an Alpine's packages and rpm's, none where nothing lists them, and refuses an older rpm's database", async () => {
    const list = async (path: string) =>
      (await said("isoinfo", ["-R", "-f", "-i", path]))
        .split("\n")
        .filter((name) => name.includes("manifest"));
    const apk = { path: "lib/apk/db/installed", content: Buffer.from("P:musl\nV:1.2.5-r0\n") };
    const alpine = await make({}, ctx, [apk]);
    expect(await list(alpine)).toHaveLength(2);
    const shown = await said("isoinfo", ["-R", "-i", alpine, "-x", "/live/filesystem.manifest"]);
    expect(shown).toBe("musl 1.2.5-r0");
    expect(await list(await make({}, ctx, [{ path: "own", content: Buffer.from("x") }]))).toEqual(
      [],
    );
    const rpm = (name: string, content: Buffer) => ({ path: `var/lib/rpm/${name}`, content });
    const sqlite = rpm("rpmdb.sqlite", await rpmDatabase(join(ctx.cwd, "rpmdb")));
    const papers = async (files: readonly TestFile[]) => {
      const tree = await commitTree(ctx.store, files);
      const plan = Filesystem.plan(Filesystem.inputs.parse({ type: "squashfs", tree }));
      const { digest } = (await Filesystem.make!(plan, ctx)).ref;
      const root = { file: ctx.store.path("file", digest), folder: "live", liveOnlyPackages: [] };
      return squashfsPapers(root, ctx);
    };
    expect((await papers([sqlite]))[1]).toEqual({
      path: "live/filesystem.manifest",
      text: "one 1.2-3.el9\ntwo 2:1.2-3.el9\n",
    });
    const log = rpm("rpmdb.sqlite-wal", Buffer.from("changes"));
    await expect(papers([sqlite, log])).rejects.toThrow(
      "Changes of rpm's database lie beside it (/var/lib/rpm/rpmdb.sqlite-wal)",
    );
    await expect(papers([rpm("Packages.db", Buffer.from("RpmP"))])).rejects.toThrow(
      "The squashfs has an older rpm's database (/var/lib/rpm/Packages.db)",
    );
  });

  test("holds more files, with their sums", async () => {
    const content = await file(Buffer.from("a disk image"), ctx);
    const more = await make({ files: [{ path: "/install/disk.img.zst", content }] });
    const read = (name: string) => said("isoinfo", ["-R", "-i", more, "-x", name]);
    expect(await read("/install/disk.img.zst")).toBe("a disk image");
    expect(await read("/md5sum.txt")).toMatch(/^[0-9a-f]{32} {2}\.\/install\/disk\.img\.zst$/m);
  });

  test.each<[string, string]>([
    ["the ESP", "xorriso wrote the ESP with other bytes"],
    ["GRUB for a BIOS", "xorriso wrote /boot/grub/bios.img with other bytes"],
    ["a file", "xorriso wrote /live/vmlinuz with "],
    ["nothing", ""],
  ])("is read back, and refused where one byte is another one: of %s", async (what, error) => {
    const names = ["boot/grub/bios.img", "live/vmlinuz"];
    const medium = join(ctx.cwd, "back");
    await execa("7z", ["x", "-y", `-o${medium}`, path, ...names]);
    const about = await said("sgdisk", ["-i", "2", path]);
    const number = (of: RegExp) => Number(of.exec(about)?.[1]) * 512;
    const [start, length] = [number(/First sector: (\d+)/), number(/Partition size: (\d+)/)];
    const bytes = await readFile(path);
    const esp = join(medium, "esp");
    await writeFile(esp, bytes.subarray(start, start + length));
    const files = names.map((name) => ({ path: name, from: join(medium, name) }));
    const core = bytes.indexOf((await readFile(files[0]!.from)).subarray(4096, 8192));
    const at = { "the ESP": start + 600, "GRUB for a BIOS": core, "a file": bytes.indexOf(kernel) };
    const place = at[what as keyof typeof at];
    if (place !== undefined) bytes[place] = bytes[place]! ^ 1;
    const read = ctx.store.stage(async (folder) => {
      const out = join(folder, "image.iso");
      await writeFile(out, bytes);
      await verifyIso({ out, esp, files }, folder, ctx);
    });
    if (error) await expect(read).rejects.toThrow(error);
    else await read;
  });

  test("is all of one time and owner, and read by everybody", async () => {
    const list = await said("isoinfo", ["-R", "-l", "-i", path]);
    const lines = list.split("\n").filter((line) => /^[-dl]/.test(line) && !line.endsWith(".. "));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines)
      expect(line).toMatch(/^(d.{9}|-r[w-]-r--r--)\s.*\s0\s+0\s.*Nov 14 2023/);
  });

  test("is the same bytes from another store, by sha256sum; another menu keeps the rest where it lies", async () => {
    const other = await testContext();
    try {
      const paths = [path, await make({}, other)];
      const [one, two] = (await said("sha256sum", paths)).split("\n");
      expect(one?.slice(0, 64)).toBe(two?.slice(0, 64));
      const menu = await make({ timeoutSeconds: 1 });
      const [before, after] = await Promise.all(
        [paths[0]!, menu].map((path) =>
          said("isoinfo", ["-l", "-i", path]).then((list) =>
            list.match(/.*(VMLINUZ|FILESYSTEM\.SQUASHFS).*/g),
          ),
        ),
      );
      expect(before).toHaveLength(2);
      expect(before).toEqual(after);
    } finally {
      await other.dispose();
    }
  });
});
