import { open, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import { PlanReader } from "../../../provider/ext4/read.ts";
import { verifyExt4 } from "../../../provider/ext4/verify.ts";
import { writeExt4 } from "../../../provider/ext4/write.ts";
import { inFolder } from "./contents.ts";
import { layers, mergedTree } from "./generated-trees.ts";
import { entry, file, sized, treeOf } from "./trees.ts";

test("a plan read at any offset has the bytes of its image", async () => {
  const ranges = fc.array(fc.tuple(fc.nat(48 * 2 ** 20), fc.nat(200_000)), { minLength: 20 });
  await inFolder((folder, sourcePath) =>
    fc.assert(
      fc.asyncProperty(layers, ranges, async (image, list) => {
        const plan = planExt4(mergedTree(image), sized(48));
        const file = await open(join(folder, "image"), "w+");
        await writeExt4(plan, file, 0, sourcePath);
        const reader = new PlanReader(plan, sourcePath);
        // Where anything is, and where chance leads.
        const places = [...plan.data].map(({ block }) => [block * 4096 - 100, 9000] as const);
        for (const [offset, length] of [...places, ...list]) {
          const [planned, written] = [Buffer.alloc(length, 1), Buffer.alloc(length)];
          await reader.read(offset, planned);
          await file.read(written, 0, length, offset);
          expect(planned.equals(written), `${length} bytes at ${offset}`).toBe(true);
        }
        await reader.close();
        await file.close();
      }),
      { numRuns: 20 },
    ),
  );
});

const plan = planExt4(treeOf(file("f", 5_000_000), file("g", 5000, { at: 12_345 })), sized(64));

test("verifying finds a single wrong bit, in metadata, contents and holes", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = await open(join(folder, "image"), "w+");
    await writeExt4(plan, image, 512, sourcePath);
    await verifyExt4(plan, image, 512, sourcePath);
    const hole = plan.blocks - 1;
    for (const block of [plan.meta[1]!.block, plan.data.at(0)!.block + 900, hole]) {
      const byte = Buffer.alloc(1);
      const at = 512 + block * 4096 + 1000;
      await image.read(byte, 0, 1, at);
      await image.write(Buffer.from([byte[0]! ^ 0x10]), 0, 1, at);
      await expect(verifyExt4(plan, image, 512, sourcePath)).rejects.toThrow(`Block ${block} of`);
      await image.write(byte, 0, 1, at);
    }
    await image.close();
  });
});

test("each file comes from its own layer", async () => {
  await inFolder(async (folder) => {
    const layers = ["a", "b"].map((letter) => join(folder, letter));
    for (const path of layers) await writeFile(path, path.at(-1)!.repeat(1000));
    // At the same offset, so that one could be taken for the other.
    const files = [0, 1].map((nth) => file(`f${nth}`, 100, { at: 50, source: nth }));
    const plan = planExt4({ items: files, sources: layers }, sized(64));
    const image = await open(join(folder, "image"), "w+");
    await writeExt4(plan, image, 0, (path) => path);
    const read = await Promise.all(
      [...plan.data].map(({ block }) => image.read(Buffer.alloc(100), 0, 100, block * 4096)),
    );
    await image.close();
    expect(read.map(({ buffer }) => `${buffer}`)).toEqual(["a".repeat(100), "b".repeat(100)]);
  });
});

test("what is not written stays a hole", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = await open(join(folder, "image"), "w+");
    const sparse = planExt4(treeOf(entry("hole", "file", { size: 2 ** 40 })), sized(2048));
    const { writtenBytes } = await writeExt4(sparse, image, 0, sourcePath);
    const { size, blocks } = await image.stat();
    await image.close();
    expect(size).toBe(2 ** 31);
    expect(writtenBytes).toBe(sparse.meta.length * 4096);
    expect(blocks * 512).toBeLessThan(4 * 2 ** 20);
  });
});

test("progress counts bytes up to all of them", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = await open(join(folder, "image"), "w+");
    const seen: [number, number][] = [];
    const progress = (done: number, total: number): void => void seen.push([done, total]);
    const { writtenBytes } = await writeExt4(plan, image, 0, sourcePath, { progress });
    await image.close();
    expect(seen.at(-1)).toEqual([writtenBytes, writtenBytes]);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b));
  });
});

test("writing stops when it is told to", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = await open(join(folder, "image"), "w+");
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    const { signal } = stop;
    await expect(writeExt4(plan, image, 0, sourcePath, { signal })).rejects.toThrow("enough");
    await image.close();
    expect((await stat(join(folder, "image"))).blocks).toBe(0);
  });
});

test("a layer that is too short is named", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = await open(join(folder, "image"), "w+");
    await truncate(join(folder, "source"), 1000);
    await expect(writeExt4(plan, image, 0, sourcePath)).rejects.toThrow(
      `Layer ${plan.sources[0]} ends before the contents that it should hold`,
    );
    await image.close();
  });
});
