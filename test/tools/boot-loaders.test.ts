import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findStep } from "../../provider/flow/index.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import {
  biosBoot,
  busyboxTree,
  type Content,
  diskOf,
  esp,
  file,
  type MadeDisk,
} from "../boot/boot-path.ts";
import { sayingEfiApplication } from "../boot/efi-application.ts";
import { testContext } from "../context.ts";

type TestContext = Awaited<ReturnType<typeof testContext>>;
let ctx: TestContext;
let content: Content;
let hybrid: MadeDisk;

async function contentIn(place: TestContext): Promise<Content> {
  return {
    tree: await busyboxTree(place),
    kernel: await file(sayingEfiApplication("x"), place),
    initrd: await file(Buffer.from("an initrd"), place),
  };
}
const hybridPath = {
  ...{ table: "gpt" as const, before: [biosBoot, esp] },
  bootloader: { type: "grub-hybrid" },
};
const ukiPath = {
  ...{ table: "gpt" as const, before: [esp] },
  bootloader: { type: "systemd-boot-uki" },
};
beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  content = await contentIn(ctx);
  hybrid = await diskOf(hybridPath, content, ctx);
});
afterAll(() => ctx?.dispose());

async function sha256(ref: Ref, { store }: TestContext): Promise<string> {
  const bytes = await readFile(store.path(ref.kind, ref.digest));
  return createHash("sha256").update(bytes).digest("hex");
}

test("a disk for BIOS and UEFI and a UKI come out the same to the byte in another store", async () => {
  const other = await testContext({ find: findStep });
  try {
    const same = await contentIn(other);
    const again = await diskOf(hybridPath, same, other);
    expect(await sha256(again.disk, other)).toBe(await sha256(hybrid.disk, ctx));
    const uki = (made: MadeDisk) => made.installs.flatMap(({ files }) => files);
    const [one, two] = [await diskOf(ukiPath, content, ctx), await diskOf(ukiPath, same, other)];
    expect(uki(two)).toMatchObject(
      uki(one).map(({ path, content: { digest } }) => ({ path, content: { digest } })),
    );
    expect(await sha256(two.disk, other)).toBe(await sha256(one.disk, ctx));
  } finally {
    await other.dispose();
  }
});

test("sgdisk and fsck.fat find nothing wrong with a disk for BIOS and UEFI", async () => {
  const path = ctx.store.path("disk", hybrid.disk.digest);
  const { stdout } = await execa("sgdisk", ["-v", path]);
  expect(stdout).toContain("No problems found");
  const fat = ctx.store.path("file", hybrid.contents.esp!.digest);
  const checked = await execa("fsck.fat", ["-n", fat], { all: true });
  expect(checked.all).toMatch(/^fsck\.fat [^\n]*\n[^\n]*: \d+ files, \d+\/\d+ clusters$/);
});

test("a changed menu changes the filesystem of its configuration, and neither ESP nor boot code", async () => {
  const bootloader = { type: "grub-hybrid", entries: [{ title: "Another" }], timeoutSeconds: 9 };
  const changed = await diskOf({ ...hybridPath, bootloader }, content, ctx);
  const digests = ({ blobs }: MadeDisk) => blobs.map(({ content: { digest } }) => digest);
  expect(digests(changed)).toEqual(digests(hybrid));
  expect(changed.contents.esp?.digest).toBe(hybrid.contents.esp?.digest);
  expect(changed.contents.root?.digest).not.toBe(hybrid.contents.root?.digest);
});

test("a changed menu of systemd-boot changes the ESP, and not the root", async () => {
  const before = await diskOf(ukiPath, content, ctx);
  const bootloader = { type: "systemd-boot-uki", entries: [{ title: "Another" }] };
  const changed = await diskOf({ ...ukiPath, bootloader }, content, ctx);
  expect(changed.contents.root?.digest).toBe(before.contents.root?.digest);
  expect(changed.contents.esp?.digest).not.toBe(before.contents.esp?.digest);
});

test("mtools finds on the ESP what systemd-boot reads", async () => {
  const { contents } = await diskOf(ukiPath, content, ctx);
  const image = ctx.store.path("file", contents.esp!.digest);
  const { stdout } = await execa("mdir", ["-/", "-b", "-i", image, "::"]);
  const found = stdout.split("\n").filter((line) => !line.endsWith("/"));
  expect(found.sort()).toEqual(
    ["EFI/BOOT/BOOTX64.EFI", "EFI/Linux/entry-0.efi", "loader/loader.conf"].map((p) => `::/${p}`),
  );
  const uki = join(ctx.cwd, "uki.efi");
  await execa("mcopy", ["-i", image, "::/EFI/Linux/entry-0.efi", uki]);
  const bytes = await readFile(uki, "latin1");
  for (const part of ["no_timer_check console=ttyS0,115200", "an initrd", 'PRETTY_NAME="Linux"'])
    expect(bytes).toContain(part);
});
