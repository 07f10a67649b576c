import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadTree } from "../../provider/tree/object.ts";
import { testContext } from "../context.ts";
import { type Made, makeExample } from "./example.ts";
import { listedBySquashfs, listedByTree } from "./live-listing.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
let made: Made;
beforeAll(async () => {
  ctx = await testContext();
  ({ made } = await makeExample("live-iso", ctx.store));
});
afterAll(() => ctx?.dispose());

const pathOf = (name: string) => ctx.store.path(made[name]!.ref.kind, made[name]!.ref.digest);
const said = async (command: string, args: readonly string[]) =>
  (await execa(command, args, { maxBuffer: 1e9 })).stdout;

test("pulumi up on the example live-iso makes a Debian that starts from a CD, to its login, with a picture of its menu", async () => {
  expect(made.boots?.met).toHaveLength(2);
  const picture = join(ctx.store.root, String(made.menu?.screenshotPath));
  expect(await said("file", ["-b", picture])).toMatch(/^PNG image data/);
  console.log(
    `an ISO of ${made.iso?.sizeBytes} bytes, at its login after ${made.boots?.seconds} s`,
  );
});

test("its squashfs is the tree without what is below /boot, name by name, as unsquashfs lists it", async () => {
  const tree = await loadTree(pathOf("rootfs"));
  const listed = await listedBySquashfs(pathOf("squashfs"));
  expect(listed.length).toBeGreaterThan(10_000);
  expect(listed).toEqual(listedByTree(tree, "boot"));
});

test("xorriso, sgdisk, fsck.fat and dpkg-query find on the medium what belongs there", async () => {
  const iso = pathOf("iso");
  const torito = await said("xorriso", ["-indev", iso, "-report_el_torito", "plain"]);
  expect(torito).toMatch(/El Torito boot img :\s+1\s+BIOS\s+y\s+none/);
  expect(torito).toMatch(/El Torito boot img :\s+2\s+UEFI\s+y\s+none/);
  expect(await said("sgdisk", ["-v", iso])).toContain("No problems found");
  const about = await said("sgdisk", ["-i", "2", iso]);
  const [first, size] = [/First sector: (\d+)/, /Partition size: (\d+)/].map((pattern) =>
    String(pattern.exec(about)?.[1]),
  );
  const esp = join(ctx.cwd, "esp");
  await execa("dd", [`if=${iso}`, `of=${esp}`, `skip=${first}`, `count=${size}`, "status=none"]);
  await execa("fsck.fat", ["-n", esp]);
  await execa("7z", ["x", "-y", `-o${ctx.cwd}/x`, iso, "live/filesystem.*"]);
  const medium = join(ctx.cwd, "x/live");
  const status = await said("unsquashfs", ["-cat", pathOf("squashfs"), "var/lib/dpkg/status"]);
  await writeFile(join(ctx.cwd, "status"), `${status}\n`);
  const format = "$\u007bPackage} $\u007bVersion}\\n";
  const packages = await said("dpkg-query", [
    ...["--admindir", ctx.cwd, "--show", "--showformat", format],
  ]);
  const manifest = await said("cat", [join(medium, "filesystem.manifest")]);
  expect(manifest.split("\n")).toEqual(packages.split("\n"));
  const desktop = await said("cat", [join(medium, "filesystem.manifest-desktop")]);
  const gone = manifest.split("\n").filter((line) => !desktop.split("\n").includes(line));
  expect(gone.map((line) => line.split(" ")[0])).toEqual([
    "live-boot",
    "live-boot-initramfs-tools",
  ]);
});
