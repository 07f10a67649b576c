import fc from "fast-check";
import { expect, test } from "vitest";
import {
  planVhd,
  vhdFooter,
  vhdObject,
  vhdPart,
  virtualSizeBytes,
} from "../../../provider/plan/vhd.ts";

const MiB = 1024 * 1024;
const disk = `sha256:${"ab".repeat(32)}`;

test("the same disk always gives the same VHD, another disk another one", () => {
  const one = vhdObject(planVhd(disk, 5 * MiB));
  expect(vhdObject(planVhd(disk, 5 * MiB))).toEqual(one);
  expect(vhdObject(planVhd(disk, 6 * MiB)).digest).not.toBe(one.digest);
  expect(vhdObject(planVhd(`sha256:${"cd".repeat(32)}`, 5 * MiB)).digest).not.toBe(one.digest);
});

test("the machine's disk is a whole number of MiB and the file 512 bytes more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 42 }), (bytes) => {
      const virtual = virtualSizeBytes(bytes);
      expect(virtual % MiB).toBe(0);
      expect(virtual - bytes).toBeGreaterThanOrEqual(0);
      expect(virtual - bytes).toBeLessThan(MiB);
      expect(planVhd(disk, bytes).sizeBytes).toBe(virtual + 512);
    }),
  );
});

test("the footer's fields are where the specification says, and its checksum holds", () => {
  const footer = vhdFooter(20 * MiB, disk);
  expect(footer.length).toBe(512);
  expect(footer.toString("latin1", 0, 8)).toBe("conectix");
  expect(footer.readUInt32BE(24)).toBe(0);
  expect(footer.toString("latin1", 28, 32)).toBe("win ");
  expect(footer.readUInt32BE(8)).toBe(2);
  expect(footer.readUInt32BE(12)).toBe(0x10000);
  expect(footer.readBigUInt64BE(16)).toBe(2n ** 64n - 1n);
  for (const size of [40, 48]) expect(footer.readBigUInt64BE(size)).toBe(BigInt(20 * MiB));
  expect(footer.readUInt32BE(60)).toBe(2);
  const stored = footer.readUInt32BE(64);
  const sum = footer.reduce((s, b, i) => (i >= 64 && i < 68 ? s : s + b), 0);
  expect(stored).toBe(~sum >>> 0);
});

// Worked out by hand from the appendix of the specification (20 MiB, 1 GiB) and for the largest geometry there is.
test.each([
  [20 * MiB, [602, 4, 17]],
  [1024 * MiB, [2080, 16, 63]],
  [4096 * 1024 * MiB, [65535, 16, 255]],
])("a disk of %d bytes has the geometry %j", (bytes, expected) => {
  const footer = vhdFooter(bytes, disk);
  expect([footer.readUInt16BE(56), footer[58], footer[59]]).toEqual(expected);
});

/** The appendix of the specification, line by line. */
function specified(totalSectors: number): number[] {
  let [perTrack, heads, cylinderTimesHeads] = [0, 0, 0];
  const total = Math.min(totalSectors, 65535 * 16 * 255);
  if (total >= 65535 * 16 * 63) {
    perTrack = 255;
    heads = 16;
    cylinderTimesHeads = Math.floor(total / perTrack);
  } else {
    perTrack = 17;
    cylinderTimesHeads = Math.floor(total / perTrack);
    heads = Math.floor((cylinderTimesHeads + 1023) / 1024);
    if (heads < 4) heads = 4;
    if (cylinderTimesHeads >= heads * 1024 || heads > 16) {
      perTrack = 31;
      heads = 16;
      cylinderTimesHeads = Math.floor(total / perTrack);
    }
    if (cylinderTimesHeads >= heads * 1024) {
      perTrack = 63;
      heads = 16;
      cylinderTimesHeads = Math.floor(total / perTrack);
    }
  }
  return [Math.floor(cylinderTimesHeads / heads), heads, perTrack];
}

test("the geometry is the specification's, for each size up to 1 GiB and around every step behind it", () => {
  const steps = [8192, 32_255, 32_256, 130_558, 130_559, 130_560, 2 ** 21, 2 ** 22];
  for (const sizeMiB of [...Array.from({ length: 1024 }, (_, i) => i + 1), ...steps]) {
    const footer = vhdFooter(sizeMiB * MiB, disk);
    const found = [footer.readUInt16BE(56), footer[58], footer[59]];
    expect([sizeMiB, ...found]).toEqual([sizeMiB, ...specified((sizeMiB * MiB) / 512)]);
  }
});

test("a part takes every byte from the disk, the zeros or the footer, wherever it begins and ends", () => {
  const image = fc.record({
    bytes: fc.integer({ min: 1, max: 3 * MiB }),
    offset: fc.integer({ min: 0, max: 3 * MiB + 512 }),
    back: fc.boolean(),
    length: fc.integer({ min: 1, max: 5000 }),
  });
  fc.assert(
    fc.property(image, ({ bytes, offset: given, back, length }) => {
      const vhd = planVhd(disk, bytes);
      const footerStart = vhd.sizeBytes - 512;
      // Half of the parts lie around the footer.
      const from = back ? footerStart - 2500 + (given % 3012) : given % vhd.sizeBytes;
      const offset = Math.max(0, from);
      const part = vhdPart(vhd, offset, length);
      for (let i = 0; i < length && offset + i < vhd.sizeBytes; i++) {
        const at = offset + i;
        const inDisk = i < part.disk.length;
        const inFooter = i >= part.footer.at && i < part.footer.at + part.footer.length;
        if (inDisk !== at < bytes) throw new Error(`byte ${at} of disk`);
        if (inFooter !== at >= footerStart) throw new Error(`byte ${at} of footer`);
        if (inFooter && part.footer.offset + i - part.footer.at !== at - footerStart)
          throw new Error(`byte ${at} is another byte of the footer`);
      }
      expect(part.disk.offset).toBe(offset);
    }),
    { numRuns: 300 },
  );
});
