import { createPrivateKey, X509Certificate } from "node:crypto";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findStep } from "../../provider/flow/index.ts";
import type { BootInstall, PlacedFile } from "../../provider/plan/boot-files.ts";
import type { Layout } from "../../provider/plan/layout.ts";
import { readDer } from "../../provider/signing/der.ts";
import { signProgram } from "../../provider/signing/sign-program.ts";
import { esp, file, make } from "../boot/boot-path.ts";
import { sayingEfiApplication } from "../boot/efi-application.ts";
import { testContext } from "../context.ts";
import { selfSigned } from "../self-signed.ts";

const own = selfSigned();
const other = selfSigned({ name: "Other" });

type TestContext = Awaited<ReturnType<typeof testContext>>;
let ctx: TestContext;
let certificate: string;
beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  certificate = join(ctx.cwd, "own.pem");
  await writeFile(certificate, own.signingCertificate);
});
afterAll(() => ctx?.dispose());

/** The files of a boot loader whose kernel has a size that is no multiple of 8. */
async function filesOf(given: object, place = ctx): Promise<readonly PlacedFile[]> {
  const asked = { seed: "demo", table: "gpt", roundToMiB: 1, partitions: [esp] };
  const layout = (await make("PartitionLayout", asked, place)).layout as Layout;
  const program = Buffer.concat([sayingEfiApplication("x"), Buffer.from("odd")]);
  const kernel = { ref: await file(program, place) };
  const initrd = { ref: await file(Buffer.alloc(3_000_001, "initrd"), place) };
  const { installs } = await make("Bootloader", { layout, kernel, initrd, ...given }, place);
  return (installs as BootInstall[]).flatMap(({ files }) => files);
}

const pathOf = ({ content }: PlacedFile, place = ctx) =>
  place.store.path(content.kind, content.digest);

function verify(path: string, by = certificate) {
  return execa("sbverify", ["--cert", by, path], { all: true, reject: false });
}

test.each([
  ["uki", ["/EFI/BOOT/BOOTX64.EFI"]],
  ["systemd-boot-uki", ["/EFI/BOOT/BOOTX64.EFI", "/EFI/Linux/entry-0.efi"]],
  ["systemd-boot", ["/EFI/BOOT/BOOTX64.EFI", "/vmlinuz"]],
])("sbverify finds every EFI program of %s signed, and nothing else is", async (type, programs) => {
  const files = await filesOf({ type, ...own });
  const verified: string[] = [];
  for (const placed of files)
    if ((await verify(pathOf(placed))).exitCode === 0) verified.push(placed.path);
  expect(verified.sort()).toEqual(programs);
  const plain = await filesOf({ type });
  for (const { path, content } of plain) {
    const { digest } = files.find((placed) => placed.path === path)!.content;
    expect([path, digest === content.digest]).toEqual([path, !programs.includes(path)]);
  }
});

test("sbverify refuses a program with one bit changed, one that is unsigned, and another certificate", async () => {
  const [program] = await filesOf({ type: "uki", ...own });
  const bytes = await readFile(pathOf(program!));
  bytes[bytes.length >> 1]! ^= 1;
  const changed = join(ctx.cwd, "changed.efi");
  await writeFile(changed, bytes);
  expect((await verify(changed)).all).toContain("Hash doesn't match image");
  const [plain] = await filesOf({ type: "uki" });
  expect((await verify(pathOf(plain!))).all).toContain("No signature table present");
  const foreign = join(ctx.cwd, "other.pem");
  await writeFile(foreign, other.signingCertificate);
  expect((await verify(pathOf(program!), foreign)).all).toContain("Signature verification failed");
});

describe.each([0, 3])("a program of %i bytes more than a multiple of 8", (more) => {
  const certificatesAt = (bytes: Buffer) => bytes.readUInt32LE(0x40 + 24 + 144);
  /** What a signature is made of, part by part: those of the whole, and those of who signs. */
  function partsOf(bytes: Buffer): string[][] {
    const at = certificatesAt(bytes);
    const [message] = readDer(bytes.subarray(at + 8, at + bytes.readUInt32LE(at)));
    const inside = (value: { content: Buffer }) => readDer(value.content);
    const whole = inside(inside(inside(message!)[1]!)[0]!);
    const hex = (parts: ReturnType<typeof readDer>) =>
      parts.map((part) => part.whole.toString("hex"));
    return [hex(whole), hex(inside(inside(whole[4]!)[0]!))];
  }
  let [plain, ours, theirs, key]: string[] = [];
  beforeAll(async () => {
    [plain, ours, theirs, key] = ["plain", "ours", "theirs", "key"].map((name) =>
      join(ctx.cwd, `${name}-${more}`),
    );
    const program = Buffer.concat([sayingEfiApplication("x"), Buffer.alloc(more, 7)]);
    program.writeUInt32LE(0xdeadbeef, 0x40 + 24 + 64); // a sum that is wrong already
    await Promise.all([writeFile(plain!, program), writeFile(ours!, program)]);
    await writeFile(key!, own.signingKey);
    await signProgram(ours!, {
      certificate: new X509Certificate(own.signingCertificate).raw,
      key: createPrivateKey(own.signingKey),
    });
  });

  test("is signed as sbsign does it, but for the time and what follows from it", async () => {
    await execa("sbsign", ["--key", key!, "--cert", certificate, "--output", theirs!, plain!]);
    const [[a, b], [c, d]] = (await Promise.all(
      [ours, theirs].map(async (file) => partsOf(await readFile(file!))),
    )) as [string[][], string[][]];
    expect(a!.slice(0, 4)).toEqual(c!.slice(0, 4));
    for (const part of [0, 1, 2, 4]) expect(b![part]).toBe(d![part]);
  });

  test("has its signature and its sum where sbattach puts them, to the byte", async () => {
    const [signature, attached] = [join(ctx.cwd, `signature-${more}`), `${theirs}-attached`];
    await copyFile(plain!, attached);
    await execa("sbattach", ["--detach", signature, ours!]);
    await execa("sbattach", ["--attach", signature, attached]);
    expect((await readFile(attached)).equals(await readFile(ours!))).toBe(true);
  });
});

test("a kernel that somebody has signed before has both signatures", async () => {
  const [, once] = await filesOf({ type: "systemd-boot", ...other });
  const kernel = { ref: once!.content };
  const [, twice] = await filesOf({ type: "systemd-boot", ...own, kernel });
  const { stdout } = await execa("sbverify", ["--list", pathOf(twice!)]);
  expect(stdout.match(/CN=.*/g)).toEqual(expect.arrayContaining(["CN=Other", "CN=Demo"]));
  expect((await verify(pathOf(twice!))).exitCode).toBe(0);
});

test("signed programs are the same to the byte in another store", async () => {
  const elsewhere = await testContext({ find: findStep });
  try {
    const digests = (files: readonly PlacedFile[]) => files.map(({ content }) => content.digest);
    const again = await filesOf({ type: "systemd-boot-uki", ...own }, elsewhere);
    expect(digests(again)).toEqual(digests(await filesOf({ type: "systemd-boot-uki", ...own })));
  } finally {
    await elsewhere.dispose();
  }
});

test("what is lost is signed again by its own resource alone, and whoever else needs it says so", async () => {
  const [before] = await filesOf({ type: "uki", ...own });
  const { content } = before!;
  await ctx.store.discard(content);
  await expect(ctx.materialise(content)).rejects.toThrow(
    /^Bootloader web can no longer be reproduced \(its signingKey is not kept\): configure a cache, or run pulumi up --replace urn:/,
  );
  const [after] = await filesOf({ type: "uki", ...own });
  expect(after!.content.digest).toBe(content.digest);
  await ctx.materialise(content);
});
