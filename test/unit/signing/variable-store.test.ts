import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { secureBootVariables } from "../../../provider/signing/secure-boot-variables.ts";
import { guidBytes, withVariables } from "../../../provider/signing/variable-store.ts";
import { selfSigned } from "../../self-signed.ts";

const headers = 0x48;
const start = headers + 28;

/** What OVMF_VARS_4M.fd begins with: a firmware volume, and a store in it of some bytes. */
function emptyFlash(storeBytes: number): Buffer {
  const flash = Buffer.alloc(headers + storeBytes + 64, 0xff);
  flash.fill(0, 0, start);
  flash.set(guidBytes("fff12b8d-7696-4c8b-a985-2747075b4f50"), 16);
  flash.write("_FVH", 40, "latin1");
  flash.writeUInt16LE(headers, 48);
  flash.set(guidBytes("aaf32c78-947b-439a-a180-2e144ec37792"), headers);
  flash.writeUInt32LE(storeBytes, headers + 16);
  flash.set([0x5a, 0xfe], headers + 20);
  return flash;
}
const changed = (at: number, byte: number) => {
  const flash = emptyFlash(4096);
  flash[at] = byte;
  return flash;
};
const { raw: certificate } = new X509Certificate(selfSigned().signingCertificate);
const one = { name: "A", vendor: "8be4df61-93ca-11d2-aa0d-00e098032b8c", attributes: 3 };

test("a GUID has its first three parts with the lowest byte first", () => {
  expect(guidBytes("00112233-4455-6677-8899-aabbccddeeff").toString("hex")).toBe(
    "33221100554477668899aabbccddeeff",
  );
});

test.each<[string, Buffer]>([
  ["nothing", Buffer.alloc(0)],
  ["zeros", Buffer.alloc(4096)],
  ["another kind of volume", changed(16, 0)],
  ["a volume without its mark", changed(40, 0)],
  ["a store without authentication", changed(headers, 0)],
  ["a store that is not formatted", changed(headers + 20, 0xff)],
  ["a store that is larger than the chip", changed(headers + 19, 1)],
  ["a store with a variable in it", changed(start + 8, 0x55)],
  ["a chip that is cut off", emptyFlash(4096).subarray(0, 4000)],
])("%s is no place for variables", (_what, flash) => {
  expect(() => withVariables(flash, [])).toThrow("are not an empty store of OVMF");
});

test("variables that do not fit are refused with the figures", () => {
  const data = Buffer.alloc(100);
  expect(() =>
    withVariables(emptyFlash(256), [
      { ...one, data },
      { ...one, data },
    ]),
  ).toThrow("The firmware's variables take 328 bytes, but it has room for 228");
});

test("a variable is its header, its name and its data, and the next begins at a multiple of 4", () => {
  const variables = [1, 2].map((byte) => ({ ...one, data: Buffer.from([byte]) }));
  const flash = withVariables(emptyFlash(4096), variables);
  const hex = flash.toString("hex", start, start + 60 + 4 + 1);
  expect(hex).toBe(
    [
      ...["aa553f00", "03000000", "00".repeat(8), "00".repeat(16), "00000000"],
      ...["04000000", "01000000", "61dfe48bca93d211aa0d00e098032b8c", "41000000", "01"],
    ].join(""),
  );
  expect(flash.toString("hex", start + 65, start + 72)).toBe("ffffffaa553f00");
  expect(flash.length).toBe(emptyFlash(4096).length);
});

test("one certificate is owner, exchange key and all that is trusted, and Secure Boot is on", () => {
  const variables = secureBootVariables(certificate);
  expect(variables.map(({ name, attributes }) => [name, attributes])).toEqual([
    ["PK", 0x27],
    ["KEK", 0x27],
    ["db", 0x27],
    ["SecureBootEnable", 3],
    ["CustomMode", 3],
  ]);
  const { data } = variables[2]!;
  expect(data.readUInt32LE(16)).toBe(data.length);
  expect(data.readUInt32LE(24)).toBe(data.length - 28);
  expect(data.subarray(44)).toEqual(certificate);
  const once = withVariables(emptyFlash(8192), variables);
  expect(withVariables(emptyFlash(8192), secureBootVariables(certificate))).toEqual(once);
});
