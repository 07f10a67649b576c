import { createHash } from "node:crypto";
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { minimumSize } from "../../../provider/ext4/minimum-size.ts";
import type { MachineWishes } from "../../../provider/flow/machine.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { loadTree } from "../../../provider/tree/object.ts";
import { type BuiltMachine, buildMachine, debianServer } from "../../boot/machine.ts";
import { sized } from "../../unit/ext4/trees.ts";
import { buildLayout, withMiddleLayer } from "./oci-layout.ts";
import { differingChunks } from "./raw-chunks.ts";

// The figures of the README: what of the whole raw disk differs, in chunks of 64 KiB, the unit of a delta upload.
const chunkBytes = 65_536;
const megabyte = 1_000_000;
const inodesPerGroup = 8192;
let folder: string;
let base: BuiltMachine;
const made: BuiltMachine[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-chunks-"));
  base = await build({ dockerfile: { context: debianServer } });
});
afterAll(async () => {
  for (const machine of made) await machine.ctx.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** A disk of the example's machine, in the store that all of them share. */
async function build(source: object, more: Partial<MachineWishes> = {}): Promise<BuiltMachine> {
  const wishes = { source, hostname: "web", network: "dhcp", ...more };
  const machine = await buildMachine(wishes, join(folder, "store"));
  made.push(machine);
  return machine;
}

/** The example with more lines at the end of its Dockerfile, and files beside it. */
async function withLines(
  name: string,
  lines: readonly string[],
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<object> {
  const context = join(folder, name);
  await cp(debianServer, context, { recursive: true });
  const dockerfile = await readFile(join(debianServer, "Dockerfile"), "utf8");
  await writeFile(join(context, "Dockerfile"), `${dockerfile}${lines.join("\n")}\n`);
  await rm(join(context, ".dockerignore"));
  for (const [file, bytes] of Object.entries(files)) await writeFile(join(context, file), bytes);
  return { dockerfile: { context } };
}

/** Bytes that look random and are the same each time. */
function noise(bytes: number, seed: string): Buffer {
  const parts = Array.from({ length: Math.ceil(bytes / 32) }, (_, i) =>
    createHash("sha256").update(`${seed} ${i}`).digest(),
  );
  return Buffer.concat(parts).subarray(0, bytes);
}

async function report(what: string, before: BuiltMachine, after: BuiltMachine): Promise<number> {
  const chunks = await differingChunks(before.diskPath, after.diskPath);
  console.log(`${what}: ${chunks} chunks of 64 KiB differ`);
  return chunks;
}

const sizingOf = ({ outputs }: BuiltMachine) =>
  (outputs.rootfs!.sizing as { minimumMiB: number }).minimumMiB;
const tight = (mebibytes: number) => ({ diskSizeMiB: mebibytes + 1 });

test("1 MB more in the last layer differs in at most 40 chunks", async () => {
  const source = await withLines("last", ["COPY more /srv/more"], {
    more: noise(megabyte, "last"),
  });
  expect(await report("1 MB in the last layer", base, await build(source))).toBeLessThanOrEqual(40);
});

test("1 MB in a middle layer differs in at most 60 chunks with the last placement, and e2fsck finds nothing to mend", async () => {
  const layout = join(folder, "layout");
  const changed = join(folder, "changed");
  await buildLayout(debianServer, layout);
  await withMiddleLayer(layout, changed, 2, { "opt-middle": noise(megabyte, "middle") });
  const before = await build({ ociLayout: layout });
  expect(before.disk.digest).toBe(base.disk.digest);
  await report("1 MB in a middle layer", before, await build({ ociLayout: changed }));

  const placement = before.outputs.filesystem!.placement as Ref;
  const file = join(folder, "placement.json");
  await copyFile(before.ctx.store.path("file", placement.digest), file);
  const kept = await build({ ociLayout: changed }, { lastPlacement: { path: file } });
  const chunks = await report("1 MB in a middle layer, placement given", before, kept);
  expect(chunks).toBeLessThanOrEqual(60);
  const { diskPath, root } = kept;
  await execa("e2fsck", ["-fn", `${diskPath}?offset=${root.offsetBytes}`]);
});

// Two minutes that tell nothing new about most changes: only test:all spends them.
if (process.env.BOOTWRIGHT_TEST_ALL) {
  test("a layer that needs a larger filesystem differs in its own bytes and at most 40 chunks", async () => {
    const own = 70 * megabyte;
    const source = await withLines("size", ["COPY more /srv/more"], { more: noise(own, "size") });
    const before = await build({ dockerfile: { context: debianServer } }, tight(sizingOf(base)));
    const needs = sizingOf(await build(source));
    expect(needs).toBeGreaterThan(sizingOf(base));
    const chunks = await report(
      "70 MB and a larger disk",
      before,
      await build(source, tight(needs)),
    );
    expect(chunks).toBeLessThanOrEqual(own / chunkBytes + 40);
  });

  test("a layer that needs more inodes than its blocks bring differs in its own bytes and at most 40 chunks", async () => {
    const tree = await loadTree(
      base.ctx.store.path("tree", (base.outputs.rootfs!.ref as Ref).digest),
    );
    const { bytes, inodes } = minimumSize(tree, sized(1, { journalMiB: 16 }));
    const free = Math.ceil(bytes / (inodesPerGroup * 16_384)) * inodesPerGroup - inodes;
    const empty = (count: number) =>
      `RUN mkdir /srv/${count} && cd /srv/${count} && seq ${count} | xargs touch`;
    const lines = [empty(free - 200)];
    const before = await build(await withLines("inodes-before", lines));
    const after = await build(await withLines("inodes", [...lines, empty(1000)]));
    expect(sizingOf(after)).toBeGreaterThan(sizingOf(before));
    const [small, large] = [
      await build(await withLines("inodes-before", lines), tight(sizingOf(before))),
      await build(await withLines("inodes", [...lines, empty(1000)]), tight(sizingOf(after))),
    ];
    const own = 1000 * (256 + 12);
    const chunks = await report("1000 files and a larger disk", small, large);
    expect(chunks).toBeLessThanOrEqual(own / chunkBytes + 40);
  });

  test("a small package more is reported", async () => {
    const after = await build(await withLines("package", ["RUN apt -y install tree"]));
    const chunks = await report("apt install tree", base, after);
    expect(chunks).toBeGreaterThan(0);
  });
}
