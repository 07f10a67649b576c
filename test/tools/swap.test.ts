import { execFileSync } from "node:child_process";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DiskImage } from "../../provider/flow/compose/disk-image.ts";
import { Filesystem } from "../../provider/flow/compose/filesystem.ts";
import { partitionRequestSchema } from "../../provider/plan/layout.ts";
import { planLayout } from "../../provider/plan/plan-layout.ts";
import { testContext } from "../context.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

test("swap is what mkswap writes, byte for byte, and blkid finds it on the disk", async () => {
  const request = { name: "swap", type: "swap", sizeMiB: 7, label: "fifteen-bytes-x" };
  const partitions = [partitionRequestSchema.parse(request)];
  const layout = planLayout({ seed: "demo", table: "gpt", roundToMiB: 16, partitions });
  const { uuid, label, sizeBytes, offsetBytes } = layout.partitions[0]!;

  const given = { type: "swap", partition: layout.partitions[0] };
  const made = await Filesystem.make!(Filesystem.plan(Filesystem.inputs.parse(given)), ctx);
  expect(made).toMatchObject({ sizeBytes, freeBytes: sizeBytes });

  const theirs = join(ctx.cwd, "swap");
  await writeFile(theirs, "");
  await truncate(theirs, sizeBytes);
  execFileSync("mkswap", ["--quiet", "--uuid", uuid, "--label", label, theirs]);
  const ours = ctx.store.path("file", made.ref.digest);
  expect(execFileSync("cmp", ["--bytes=4096", ours, theirs])).toHaveLength(0);

  const filesystems = [{ partition: "swap", content: made.ref }];
  const disk = DiskImage.inputs.parse({ layout, filesystems });
  const { ref } = await DiskImage.make!(DiskImage.plan(disk), ctx);
  const probe = ["--probe", "--output=export", `--offset=${offsetBytes}`];
  const found = execFileSync("blkid", [...probe, ctx.store.path("disk", ref.digest)]);
  expect(found.toString()).toContain(`UUID=${uuid}\n`);
  expect(found.toString()).toContain("TYPE=swap\n");
});
