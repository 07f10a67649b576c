import { expect, test } from "vitest";
import { fatGeometry, fatRangeMiB } from "../../../provider/plan/fat-geometry.ts";
import { fatTypes } from "../../../provider/plan/fat-type.ts";

const mebibyte = 2048;

test.each(fatTypes)("%s can be as small and as large as it says, and no further", (type) => {
  const { least, most } = fatRangeMiB(type);
  expect(fatGeometry(type, (least - 1) * mebibyte)).toBeUndefined();
  expect(fatGeometry(type, least * mebibyte)).toBeDefined();
  expect(fatGeometry(type, most * mebibyte)).toBeDefined();
  expect(fatGeometry(type, (most + 1) * mebibyte)).toBeUndefined();
});

test.each(fatTypes)("a %s of any size in between has tables for all of its clusters", (type) => {
  const { least, most } = fatRangeMiB(type);
  const bits = { fat12: 12, fat16: 16, fat32: 32 }[type];
  const [from, to] = { fat12: [0, 4085], fat16: [4085, 65525], fat32: [65525, 2 ** 28] }[type];
  for (let size = least; size <= most; size = Math.ceil(size * 1.01)) {
    const found = fatGeometry(type, size * mebibyte)!;
    expect(found.clusters).toBeGreaterThanOrEqual(from!);
    expect(found.clusters).toBeLessThan(to!);
    expect(found.fatSectors * 512 * 8).toBeGreaterThanOrEqual((found.clusters + 2) * bits);
    const used = found.dataSector + found.clusters * found.sectorsPerCluster;
    expect(found.sectors - used).toBeLessThan(2 * found.sectorsPerCluster + 2);
    expect(used).toBeLessThanOrEqual(found.sectors);
  }
});
