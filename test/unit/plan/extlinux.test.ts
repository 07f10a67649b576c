import { describe, expect, test } from "vitest";
import { patchExtlinux, prepareExtlinux } from "../../../provider/plan/extlinux.ts";

const epa = 0x60;
const at = { adv: 0x80, directory: 0xa0, directoryBytes: 16, extents: 0x100, extentCount: 40 };

/** A loader of 130 sectors with the patch area where libinstaller/syslxint.h says, filled with noise. */
function loader() {
  const ldlinuxSys = Buffer.alloc(130 * 512 + 1024, 0xa7);
  ldlinuxSys.write("\r\nSYSLINUX 6.04 \0\r\n\u001a", 0, "latin1");
  ldlinuxSys.writeUInt32LE(0x3eb202fe, 24);
  ldlinuxSys.writeUInt16LE(epa, 24 + 22);
  const fields = [
    at.adv,
    at.directory,
    at.directoryBytes,
    0,
    0,
    at.extents,
    at.extentCount,
    282,
    288,
  ];
  fields.forEach((value, index) => {
    ldlinuxSys.writeUInt16LE(value, epa + index * 2);
  });
  return { ldlinuxSys, bootSector: Buffer.alloc(512, 0xb5) };
}

const prepared = prepareExtlinux(loader());
const place = {
  ...prepared,
  sectors: Array.from({ length: 132 }, (_, i) => 1000 + i),
  partitionStartSector: 2048,
  partitionSectors: 100_000,
  directory: "/boot",
};
const patched = (more: object = {}) => {
  const { ldlinuxSys, bootSector } = patchExtlinux({ ...place, ...more });
  return { sys: Buffer.from(ldlinuxSys), boot: Buffer.from(bootSector) };
};
const extents = (sys: Buffer) =>
  Array.from({ length: at.extentCount }, (_, i) => [
    Number(sys.readBigUInt64LE(at.extents + i * 10)),
    sys.readUInt16LE(at.extents + i * 10 + 8),
  ]).filter(([, count]) => count);

describe("a patched ldlinux.sys", () => {
  test("has the size of the prepared one, so that it is written where that one lies", () => {
    expect(patched().sys.length).toBe(prepared.ldlinuxSys.length);
  });

  test("adds up, dword by dword, to its magic number", () => {
    const { sys } = patched();
    let sum = 0;
    for (let i = 0; i < 130 * 512; i += 4) sum = (sum + sys.readUInt32LE(i)) >>> 0;
    expect(sum).toBe(0x3eb202fe);
  });

  test("counts its sectors and dwords without the auxiliary data", () => {
    const { sys } = patched();
    expect([sys.readUInt16LE(32), sys.readUInt16LE(34), sys.readUInt32LE(36)]).toEqual([
      130, 2, 16640,
    ]);
  });

  test("lists all sectors but the first in runs shorter than 64 KiB", () => {
    expect(extents(patched().sys)).toEqual([
      [1001, 127],
      [1128, 2],
    ]);
  });

  test("follows the file over gaps and backwards", () => {
    const sectors = [...place.sectors];
    sectors.splice(2, 2, 9000, 8999);
    expect(extents(patched({ sectors }).sys)).toEqual([
      [1001, 1],
      [9000, 1],
      [8999, 1],
      [1004, 126],
    ]);
  });

  test("points at its two sectors of auxiliary data and at its directory", () => {
    const { sys } = patched();
    expect([0, 8].map((i) => Number(sys.readBigUInt64LE(at.adv + i)))).toEqual([1130, 1131]);
    expect(sys.subarray(at.directory, at.directory + 6).toString("latin1")).toBe("/boot\0");
  });

  test("patched for one place and then another is as if patched once", () => {
    const first = patchExtlinux({
      ...place,
      sectors: place.sectors.map((s) => s + 77),
      directory: "/a/longer",
    });
    expect(patchExtlinux({ ...place, ...first })).toEqual(patchExtlinux(place));
  });
});

describe("a patched boot sector", () => {
  test("holds the first sector, also beyond 2 TiB", () => {
    const sectors = place.sectors.map((s) => s + 5 * 2 ** 32);
    const { boot } = patched({ sectors });
    expect([boot.readUInt32LE(282), boot.readUInt32LE(288)]).toEqual([1000, 5]);
  });

  test("has the parameters of its partition, and the old 16-bit size only where it fits", () => {
    const { boot } = patched();
    expect(boot.readUInt32LE(28)).toBe(2048);
    expect([boot.readUInt16LE(19), boot.readUInt32LE(32)]).toEqual([0, 100_000]);
    expect(patched({ partitionSectors: 65535 }).boot.readUInt16LE(19)).toBe(65535);
  });
});

describe("patchExtlinux refuses", () => {
  test("a file in more pieces than its table holds", () => {
    const sectors = place.sectors.map((s) => s * 2);
    expect(() => patched({ sectors })).toThrow("lies in 129 pieces but its table holds 40");
  });

  test("a directory that does not fit with its end", () => {
    const directory = `/${"d".repeat(15)}`;
    expect(() => patched({ directory })).toThrow("has 16 bytes but extlinux holds 15");
  });

  test("a file of another length than its list of sectors", () => {
    expect(() => patched({ sectors: [1, 2, 3] })).toThrow("has 132 sectors, not 3");
  });
});

describe("prepareExtlinux refuses", () => {
  test("a file that is no SYSLINUX", () => {
    const { bootSector } = loader();
    const ldlinuxSys = Buffer.alloc(4096);
    expect(() => prepareExtlinux({ ldlinuxSys, bootSector })).toThrow("has no patch area");
    expect(() => prepareExtlinux({ ldlinuxSys: Buffer.alloc(700), bootSector })).toThrow(
      "ldlinux.sys has 700 bytes, which are no whole sectors",
    );
  });

  test("a patch area that points outside the file", () => {
    const { ldlinuxSys, bootSector } = loader();
    ldlinuxSys.writeUInt16LE(65535, epa + 12);
    expect(() => prepareExtlinux({ ldlinuxSys, bootSector })).toThrow("points outside itself");
  });
});
