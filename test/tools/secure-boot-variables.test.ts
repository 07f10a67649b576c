import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { secureBootVariables } from "../../provider/signing/secure-boot-variables.ts";
import { withVariables } from "../../provider/signing/variable-store.ts";

const folder = "/usr/share/OVMF";
/** What is of the day on which it was written, and who put the certificate there. */
const time = { start: 16, end: 32 };
const owner = { start: 28, end: 44 };

/** The variables that are in a chip, each by its name: header, name and data as they lie there. */
function variablesOf(flash: Buffer): Map<string, { header: Buffer; data: Buffer }> {
  const found = new Map<string, { header: Buffer; data: Buffer }>();
  for (let at = flash.readUInt16LE(48) + 28; flash.readUInt16LE(at) === 0x55aa; ) {
    const [nameBytes, dataBytes] = [flash.readUInt32LE(at + 36), flash.readUInt32LE(at + 40)];
    const data = at + 60 + nameBytes;
    const end = data + dataBytes;
    const name = flash.toString("utf16le", at + 60, data - 2);
    // Of a variable that was written again only the last is valid (VAR_ADDED alone).
    if (flash[at + 2] === 0x3f)
      found.set(name, {
        header: Buffer.from(flash.subarray(at, data)),
        data: Buffer.from(flash.subarray(data, end)),
      });
    at = Math.ceil(end / 4) * 4;
  }
  return found;
}

test("Secure Boot's variables are those that edk2 itself has written for a certificate, but for time and owner", async () => {
  const theirs = variablesOf(await readFile(`${folder}/OVMF_VARS_4M.snakeoil.fd`));
  const certificate = theirs.get("PK")!.data.subarray(owner.end);
  const empty = await readFile(`${folder}/OVMF_VARS_4M.fd`);
  const ours = variablesOf(withVariables(empty, secureBootVariables(certificate)));
  expect([...ours.keys()]).toEqual(["PK", "KEK", "db", "SecureBootEnable", "CustomMode"]);
  for (const [name, { header, data }] of ours) {
    const other = theirs.get(name)!;
    const isDated = header.readUInt16LE(time.start) > 0;
    expect([name, isDated]).toEqual([name, other.header.readUInt16LE(time.start) > 0]);
    for (const of of [header, other.header]) of.fill(0, time.start, time.end);
    if (isDated) for (const of of [data, other.data]) of.fill(0, owner.start, owner.end);
    expect([name, header.toString("hex")]).toEqual([name, other.header.toString("hex")]);
    expect([name, data.toString("hex")]).toEqual([name, other.data.toString("hex")]);
  }
});
