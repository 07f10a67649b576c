import { createHash, createPrivateKey, verify, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Signer } from "../../../provider/signing/authenticode.ts";
import { objectId, readDer } from "../../../provider/signing/der.ts";
import { readProgramImage } from "../../../provider/signing/program-image.ts";
import { signProgram } from "../../../provider/signing/sign-program.ts";
import { sayingEfiApplication } from "../../boot/efi-application.ts";
import { selfSigned } from "../../self-signed.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-signing-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const signerOf = ({ signingKey, signingCertificate } = selfSigned()): Signer => ({
  certificate: new X509Certificate(signingCertificate).raw,
  key: createPrivateKey(signingKey),
});
const signer = signerOf();
const program = sayingEfiApplication("Hello");
const optional = 0x40 + 24;

async function signed(bytes: Buffer, ...signers: Signer[]): Promise<Buffer> {
  const file = join(folder, "program.efi");
  await writeFile(file, bytes);
  for (const by of signers) await signProgram(file, by);
  return readFile(file);
}

const changed = (change: (bytes: Buffer) => void) => {
  const bytes = Buffer.from(program);
  change(bytes);
  return bytes;
};

describe("what cannot be signed is refused, with the reason", () => {
  const why = (reason: string) => `The EFI program cannot be signed: ${reason}`;
  const certificates = (start: number, size: number) => (bytes: Buffer) => {
    bytes.writeUInt32LE(start, optional + 144);
    bytes.writeUInt32LE(size, optional + 148);
  };
  test.each<[string, Buffer, string]>([
    ["a text", Buffer.from("#!/bin/sh\n"), "it is no EFI program"],
    [
      "a program for another machine",
      changed((b) => void b.writeUInt16LE(0x14c, 0x44)),
      "it is for machine 0x14c, not x86-64 (0x8664)",
    ],
    [
      "a program that is no EFI application",
      changed((b) => void b.writeUInt16LE(2, optional + 68)),
      "it is of subsystem 2, not an EFI application (10)",
    ],
    ["PE32", changed((b) => void b.writeUInt16LE(0x10b, optional)), "it is not in PE32+"],
    [
      "a header without a place for certificates",
      changed((b) => void b.writeUInt32LE(4, optional + 108)),
      "it has no room for a signature in its header",
    ],
    [
      "a table of sections that is not in the file",
      changed((b) => void b.writeUInt16LE(60_000, 0x46)),
      "its headers are cut off",
    ],
    [
      "a section beyond the end of the file",
      changed((b) => void b.writeUInt32LE(0x10000, optional + 112 + 128 + 16)),
      "its parts lie beyond its end",
    ],
    [
      "a table of sections that is not in its headers",
      changed((b) => void b.writeUInt32LE(0x100, optional + 60)),
      "its parts lie beyond its end",
    ],
    [
      "certificates at no multiple of 8",
      changed(certificates(program.length - 9, 9)),
      "it has a signature that does not lie at its end",
    ],
    [
      "certificates in the middle",
      changed(certificates(0x200, 0x100)),
      "it has a signature that does not lie at its end",
    ],
    [
      "certificates beyond the end",
      changed(certificates(0x400, 0x10000)),
      "it has a signature that does not lie at its end",
    ],
  ])("%s", (_what, bytes, reason) => {
    expect(() => readProgramImage(bytes, bytes.length)).toThrow(why(reason));
  });

  test("and a program that is cut off anywhere in its headers", () => {
    for (let length = 0; length < 0x200; length++)
      expect(() => readProgramImage(program.subarray(0, length), length)).toThrow("cannot be");
  });
});

test("all but the sum, the place of the certificates and the certificates is hashed, once", async () => {
  const once = await signed(program, signer);
  for (const bytes of [program, once]) {
    const { hashed } = readProgramImage(bytes, bytes.length);
    const sum = optional + 64;
    const entry = optional + 144;
    expect(hashed[0]).toEqual({ start: 0, end: sum });
    expect(hashed[1]).toEqual({ start: sum + 4, end: entry });
    const rest = hashed.slice(2).filter(({ start, end }) => end > start);
    expect(rest.map(({ start }) => start)).toEqual([entry + 8, 0x200 * 2]);
    expect(rest.at(-1)!.end).toBe(program.length);
  }
});

test("sections are hashed by their places in the file, whatever their order in the table", () => {
  const bytes = changed((b) => {
    const table = optional + 112 + 128;
    b.writeUInt16LE(3, 0x46);
    for (const [i, [size, start]] of [
      [0x100, 0x500],
      [0, 0x480],
      [0x100, 0x400],
    ].entries()) {
      b.writeUInt32LE(size!, table + i * 40 + 16);
      b.writeUInt32LE(start!, table + i * 40 + 20);
    }
  });
  const { hashed } = readProgramImage(bytes, bytes.length);
  expect(hashed.slice(3)).toEqual([
    ...[
      { start: 0x400, end: 0x500 },
      { start: 0x500, end: 0x600 },
    ],
    { start: 0x600, end: bytes.length },
  ]);
});

test("whose a signature is stands in it as in the certificate, also in one of version 1", async () => {
  for (const version of [1, 3] as const) {
    const { signingKey, signingCertificate } = selfSigned({ version, name: `Version ${version}` });
    const bytes = await signed(program, signerOf({ signingKey, signingCertificate }));
    const name = Buffer.from(`Version ${version}`).toString("hex");
    const issuerAndSerialNumber = `301b30143112301006035504030c09${name}0203010203`;
    expect(bytes.toString("hex", program.length)).toContain(issuerAndSerialNumber);
  }
});

test("the same program and key give the same bytes, and another key others", async () => {
  expect((await signed(program, signer)).equals(await signed(program, signer))).toBe(true);
  expect((await signed(program, signer)).equals(await signed(program, signerOf()))).toBe(false);
});

test("a program whose size is no multiple of 8 is filled up with zeros before its signature", async () => {
  const odd = Buffer.concat([program, Buffer.from("abc")]);
  const bytes = await signed(odd, signer);
  expect(bytes.toString("hex", program.length, program.length + 8)).toBe("6162630000000000");
  expect(bytes.readUInt32LE(optional + 144)).toBe(program.length + 8);
});

test("the signature is at the end, aligned, and a second one leaves the first as it is", async () => {
  const once = await signed(program, signer);
  const twice = await signed(program, signer, signerOf());
  expect(once.length % 8).toBe(0);
  expect(once.readUInt32LE(optional + 144)).toBe(program.length);
  expect(once.readUInt32LE(optional + 148)).toBe(once.length - program.length);
  expect(twice.subarray(program.length, once.length)).toEqual(once.subarray(program.length));
  expect(twice.readUInt32LE(optional + 148)).toBe(twice.length - program.length);
});

test("the certificate's key verifies the attributes that are signed, and none of them is a time", async () => {
  const bytes = await signed(program, signer);
  const size = bytes.readUInt32LE(program.length);
  const [message] = readDer(bytes.subarray(program.length + 8, program.length + size));
  const inside = (value: { content: Buffer }) => readDer(value.content);
  const [, , content, , infos] = inside(inside(inside(message!)[1]!)[0]!);
  const [, , , attributes, , signature] = inside(inside(infos!)[0]!);
  const asSet = Buffer.concat([Buffer.from([0x31]), attributes!.whole.subarray(1)]);
  const { publicKey } = new X509Certificate(signer.certificate);
  expect(verify("sha256", asSet, publicKey, signature!.content)).toBe(true);
  const types = inside(attributes!).map((attribute) => inside(attribute)[0]!.whole);
  expect(types).toEqual([objectId("1.2.840.113549.1.9.3"), objectId("1.2.840.113549.1.9.4")]);
  const indirect = inside(inside(content!)[1]!)[0]!;
  const told = createHash("sha256").update(indirect.content).digest();
  expect(attributes!.content.includes(told)).toBe(true);
});
