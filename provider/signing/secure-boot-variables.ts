import type { FirmwareVariable } from "./variable-store.ts";
import { guidBytes } from "./variable-store.ts";

const globalVariable = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
const imageSecurityDatabase = "d719b2cb-3d3a-4596-a3bc-dad00e67656f";
const secureBootEnable = "f0a30bc7-af08-4556-99c4-001009c93a44";
const customModeEnable = "c076ec0c-7028-4399-a072-71ee5c448b9f";
const x509 = "a5c059a1-94e4-4aa7-87b5-ab155c2bf072";

/** Kept, and seen by boot services. */
const kept = 0x1 | 0x2;
/** That, seen by the system, and changed by signed updates with a time. */
const keptAndSigned = kept | 0x4 | 0x20;

/**
 * The variables of firmware that starts only what one certificate's key has signed: it is the owner of the machine (PK), who may say what
 * is trusted (KEK), and what is trusted (db) (UEFI 2.10 §32.3). SecureBootEnable and CustomMode are edk2's own.
 */
export function secureBootVariables(certificate: Uint8Array): FirmwareVariable[] {
  const data = signatureList(certificate);
  return [
    { name: "PK", vendor: globalVariable, attributes: keptAndSigned, data },
    { name: "KEK", vendor: globalVariable, attributes: keptAndSigned, data },
    { name: "db", vendor: imageSecurityDatabase, attributes: keptAndSigned, data },
    {
      ...{ name: "SecureBootEnable", vendor: secureBootEnable, attributes: kept },
      data: Buffer.from([1]),
    },
    { name: "CustomMode", vendor: customModeEnable, attributes: kept, data: Buffer.from([0]) },
  ];
}

/** EFI_SIGNATURE_LIST of one certificate, which nobody in particular put there (UEFI 2.10 §32.4.1). */
function signatureList(certificate: Uint8Array): Buffer {
  const owner = Buffer.alloc(16);
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(28 + owner.length + certificate.length, 0);
  sizes.writeUInt32LE(owner.length + certificate.length, 8);
  return Buffer.concat([guidBytes(x509), sizes, owner, certificate]);
}
