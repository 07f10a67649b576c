import { describe, expect, test } from "vitest";
import type { FixUp } from "../../../provider/convert/patch.ts";
import { fixVdi } from "../../../provider/convert/vdi.ts";
import { fixVhdx } from "../../../provider/convert/vhdx.ts";
import { fixVmdk } from "../../../provider/convert/vmdk.ts";
import { guid } from "../../../provider/plan/gpt.ts";

const disk = `sha256:${"ab".repeat(32)}`;
const other = `sha256:${"cd".repeat(32)}`;

function patched(image: Buffer, fixUp: FixUp, digest = disk): Buffer {
  const result = Buffer.from(image);
  for (const { offsetBytes, bytes } of fixUp(image, digest)) result.set(bytes, offsetBytes);
  return result;
}

/** The start of a VDI whose identifiers are `random`. */
function vdi(random: number): Buffer {
  const image = Buffer.alloc(4096);
  image.writeUInt32LE(0xbeda107f, 0x40);
  image.fill(random, 0x188, 0x1a8);
  return image;
}

/** The start of a VHDX with two headers, a region table and a metadata table. */
function vhdx(random: number): Buffer {
  const image = Buffer.alloc(3 << 20);
  image.write("vhdxfile", 0, "latin1");
  image.write(`QEMU v${random}`, 8, "utf16le");
  for (const at of [64 << 10, 128 << 10]) {
    image.write("head", at, "latin1");
    image.fill(random, at + 4, at + 64);
    image.writeUInt32LE(1 << 16, at + 68);
    image.writeBigUInt64LE(1n << 20n, at + 72);
  }
  image.fill(random, 1 << 20, (1 << 20) + (1 << 16));
  const regions = 192 << 10;
  image.writeUInt32LE(2, regions + 8);
  guid("8b7ca206-4790-4b9a-b8fe-575f050f886e").copy(image, regions + 48);
  image.writeBigUInt64LE(2n << 20n, regions + 64);
  const metadata = 2 << 20;
  image.writeUInt16LE(1, metadata + 10);
  guid("beca12ab-b2e6-4523-93ef-c309e000c746").copy(image, metadata + 32);
  image.writeUInt32LE(64 << 10, metadata + 48);
  image.fill(random, metadata + (64 << 10), metadata + (64 << 10) + 16);
  return image;
}

/** The start of a streamOptimized VMDK; qemu-img prints its CID without leading zeros. */
function vmdk(random: number): Buffer {
  const image = Buffer.alloc(16384);
  image.write("KDMV", 0, "latin1");
  image.writeBigUInt64LE(1n, 28);
  image.writeBigUInt64LE(20n, 36);
  const lines = ["# Disk DescriptorFile", `CID=${random.toString(16)}`, "parentCID=ffffffff", ""];
  image.write(lines.join("\n"), 512, "latin1");
  return image;
}

describe.each([
  ["VDI", vdi, fixVdi],
  ["VHDX", vhdx, fixVhdx],
  ["VMDK", vmdk, fixVmdk],
] as const)("a %s", (format, image, fixUp) => {
  test("is the same whatever random values were in it", () => {
    expect(patched(image(7), fixUp).equals(patched(image(250), fixUp))).toBe(true);
  });

  test("has other identifiers for another disk", () => {
    expect(patched(image(7), fixUp).equals(patched(image(7), fixUp, other))).toBe(false);
  });

  test("is left alone where a fix-up was there before", () => {
    const once = patched(image(7), fixUp);
    expect(patched(once, fixUp).equals(once)).toBe(true);
  });

  test("is refused when it is something else", () => {
    expect(() => fixUp(Buffer.alloc(4096), disk)).toThrow(`is not a ${format}`);
  });
});

test("both headers of a VHDX hold, the second is the current one, and none has a log", () => {
  const image = patched(vhdx(9), fixVhdx);
  for (const [at, sequence] of [
    [64 << 10, 1n],
    [128 << 10, 2n],
  ] as const) {
    const header = Buffer.from(image.subarray(at, at + 4096));
    const stored = header.readUInt32LE(4);
    header.writeUInt32LE(0, 4);
    expect(stored).toBe(crc32cBitByBit(header));
    expect(header.readBigUInt64LE(8)).toBe(sequence);
    expect(header.subarray(48, 64)).toEqual(Buffer.alloc(16));
  }
  expect(image.subarray(1 << 20, (1 << 20) + (1 << 16)).every((byte) => byte === 0)).toBe(true);
});

test("a VHDX without a virtual disk id is refused", () => {
  const image = vhdx(9);
  image.writeUInt16LE(0, (2 << 20) + 10);
  expect(() => fixVhdx(image, disk)).toThrow("has no entry");
});

test("the text behind a VMDK's identifier is kept", () => {
  const text = patched(vmdk(0xab), fixVmdk).toString("latin1", 512, 512 + 20 * 512);
  expect(text.replace(/\0+$/, "")).toMatch(
    /^# Disk DescriptorFile\nCID=[0-9a-f]{8}\nparentCID=ffffffff\n$/,
  );
});

/** CRC-32C as its definition says it (RFC 3720, appendix B.4). */
function crc32cBitByBit(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  }
  return ~c >>> 0;
}
