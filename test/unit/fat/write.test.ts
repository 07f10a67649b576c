import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { planFat } from "../../../provider/fat/plan.ts";
import { verifyFat, writeFat } from "../../../provider/fat/write.ts";
import { sha256 } from "../../../provider/plan/canonical.ts";
import { fatGeometry } from "../../../provider/plan/fat-geometry.ts";
import { treeOf } from "./trees.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-fat-"));
});
afterEach(() => rm(folder, { recursive: true }));

const { signal } = new AbortController();
const content = Buffer.from("what a layer holds");

/** A plan with one file of 10,000 bytes that begins and ends with a hole. */
function planned() {
  const whole = Buffer.concat([
    Buffer.alloc(4096),
    content,
    Buffer.alloc(10_000 - 4096 - content.length),
  ]);
  const held = { size: whole.length, digest: sha256(whole), source: 0 };
  const segments = [[4096, 512, content.length] as const];
  const tree = { ...treeOf({ path: "file", ...held, segments }), sources: ["layer"] };
  const identity = { uuid: "1A2B-3C4D", label: "DATA", startSector: 2048, epochSeconds: 0 };
  return planFat(tree, { geometry: fatGeometry("fat12", 2048)!, ...identity });
}

async function written() {
  await writeFile(join(folder, "layer"), Buffer.concat([Buffer.alloc(512, 9), content]));
  const file = await open(join(folder, "fat"), "wx+");
  const plan = planned();
  await writeFat(plan, file, (digest) => join(folder, digest), { signal });
  return { file, plan };
}

test("what was written is what was planned, holes included", async () => {
  const { file, plan } = await written();
  await expect(verifyFat(plan, file, signal)).resolves.toBeUndefined();
  expect((await file.stat()).size).toBe(plan.sizeBytes);
  await file.close();
});

test.each([
  ["in the boot sector", () => 510, "differs from its plan after byte 0"],
  ["in the second table", () => 7 * 512, "differs from its plan after byte 3584"],
  ["in the root directory", () => 13 * 512, "differs from its plan after byte 6656"],
  [
    "in a file",
    (at: number) => at + 4100,
    '"/file" is not on the FAT filesystem as it is in its layer',
  ],
  ["in a hole of a file", (at: number) => at, '"/file" is not on the FAT filesystem'],
])("a byte that was written wrongly %s is found", async (_where, place, message) => {
  const { file, plan } = await written();
  await file.write(Buffer.from([0xa5]), 0, 1, place(plan.files[0]!.offsetBytes));
  await expect(verifyFat(plan, file, signal)).rejects.toThrow(message);
  await file.close();
});

test("a layer that ends too early is no file of zeros", async () => {
  await writeFile(join(folder, "layer"), Buffer.alloc(512 + 3));
  const file = await open(join(folder, "fat"), "wx+");
  const writing = writeFat(planned(), file, (digest) => join(folder, digest), { signal });
  await expect(writing).rejects.toThrow("Layer layer ends before the contents");
  await file.close();
});
