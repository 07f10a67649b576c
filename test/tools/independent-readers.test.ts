import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findResource, findStep } from "../../provider/flow/index.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Layout } from "../../provider/plan/layout.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";

// Readers that share no line with what wrote: 7-Zip, libvmdk and file next to qemu-img, sfdisk and sgdisk next to our
// tables. The other formats have theirs elsewhere: debugfs and e2fsck, GNU tar and gzip, bsdtar, booting.
type Test = Awaited<ReturnType<typeof testContext>>;
let ctx: Test;
let raw: string;
let layout: Layout;
let image: Ref;

const files = {
  "etc/motd": "hello\n",
  "srv/large": "0123456789abcdef".repeat(200_000),
  "srv/empty": "",
};

beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(ctx.cwd, "root", path, ".."), { recursive: true });
    await writeFile(join(ctx.cwd, "root", path), content);
  }
  const rootfs = await make("Rootfs", { source: { directory: "root" } });
  const partitions = [{ name: "data", sizing: rootfs.sizing }];
  const given = { seed: "readers", table: "gpt", roundToMiB: 1, partitions };
  layout = (await make("PartitionLayout", given)).layout as Layout;
  const partition = layout.partitions[0];
  const { ref } = await make("Filesystem", { tree: rootfs.ref, partition });
  const filesystems = [{ partition: "data", content: ref }];
  image = (await make("DiskImage", { layout, filesystems })).ref as Ref;
  raw = ctx.store.path("disk", image.digest);
});
afterAll(() => ctx?.dispose());

async function make(name: string, given: Record<string, unknown>) {
  const { inputs, problems } = await checkInputs(findResource(name)!, given, ctx);
  expect(problems).toEqual([]);
  return put(findResource(name)!, inputs, ctx);
}

async function converted(format: string): Promise<string> {
  await make("ConvertedImage", { image, format, exportTo: `disk.${format}` });
  return join(ctx.cwd, `disk.${format}`);
}

const shell = async (script: string, ...args: string[]) =>
  (await execa("bash", ["-o", "pipefail", "-euc", script, "bash", ...args])).stdout;
const sha256sum = (file: string) => shell('sha256sum < "$1"', file);

test("sgdisk and sfdisk find no problem in the table, and the partitions of the layout", async () => {
  expect((await execa("sgdisk", ["--verify", raw])).stdout).toContain("No problems found");
  const table = JSON.parse((await execa("sfdisk", ["--json", raw])).stdout).partitiontable;
  expect(table.id.toLowerCase()).toBe(layout.diskSignature);
  expect(table.partitions).toEqual(
    layout.partitions.map(({ startSector, sectors, partUuid, name }) =>
      expect.objectContaining({
        ...{ start: startSector, size: sectors, name },
        uuid: partUuid.toUpperCase(),
      }),
    ),
  );
});

test("7-Zip finds the partition in the disk, and the files in its ext4", async () => {
  const partition = join(ctx.cwd, "partition");
  await shell('7z x -so -tGPT "$1" > "$2"', raw, partition);
  const out = join(ctx.cwd, "out");
  await execa("7z", ["x", "-tExt", `-o${out}`, partition]);
  const { stdout } = await execa("diff", ["-r", join(ctx.cwd, "root"), out], { reject: false });
  expect(stdout.split("\n").filter((line) => !line.startsWith("Only in"))).toEqual([]);
  expect(stdout).not.toContain(join(ctx.cwd, "root"));
});

describe("the disk comes out of", () => {
  test.each([
    ["qcow2", "QCOW", /QEMU QCOW/],
    ["vdi", "VDI", /VirtualBox Disk Image/],
    ["vhdx", "VHDX", /Microsoft Disk Image eXtended, by Bootwright/],
  ])("a %s by 7-Zip, and file knows it", async (format, type, magic) => {
    const file = await converted(format);
    expect(await shell('7z x -so "-t$2" "$1" | sha256sum', file, type)).toBe(await sha256sum(raw));
    expect((await execa("file", ["--brief", file])).stdout).toMatch(magic);
  });

  test("a fixed VHD by 7-Zip, with nothing but zeros behind it", async () => {
    const file = await converted("vhd");
    const whole = join(ctx.cwd, "from-vhd");
    await shell('7z x -so -tVHD "$1" > "$2"', file, whole);
    await shell('cmp -n "$(stat -c %s "$1")" "$1" "$2"', raw, whole);
    expect(
      await shell('tail -c +"$(($(stat -c %s "$1") + 1))" "$2" | tr -d "\\0"', raw, whole),
    ).toBe("");
  });

  // Debian's Python, which has the module; another may come first on PATH.
  const read = `
import hashlib, pyvmdk, sys
disk = pyvmdk.handle()
disk.open(sys.argv[1])
disk.open_extent_data_files()
digest = hashlib.sha256()
while block := disk.read_buffer(1 << 20): digest.update(block)
print(digest.hexdigest() + "  -")
`;

  test("a VMDK by libvmdk, and file knows it", async () => {
    const file = await converted("vmdk");
    const { stdout } = await execa("/usr/bin/python3", ["-c", read, file]);
    expect(stdout).toBe(await sha256sum(raw));
    expect((await execa("file", ["--brief", file])).stdout).toMatch(/VMware4 disk image/);
  });

  test("an OVA by GNU tar and libvmdk", async () => {
    const folder = join(ctx.cwd, "ova");
    await mkdir(folder);
    await execa("tar", ["-xf", await converted("ova"), "-C", folder]);
    const { stdout } = await execa("/usr/bin/python3", ["-c", read, join(folder, "disk.vmdk")]);
    expect(stdout).toBe(await sha256sum(raw));
  });
});
