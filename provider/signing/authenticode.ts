import { createHash, type KeyObject, sign } from "node:crypto";
import {
  der,
  inOrder,
  nothing,
  objectId,
  octets,
  readDer,
  sequence,
  setOf,
  smallInteger,
  tagged,
} from "./der.ts";

/** Who signs: a certificate in DER, and the private key that belongs to it. */
export interface Signer {
  readonly certificate: Buffer;
  readonly key: KeyObject;
}

const signedData = objectId("1.2.840.113549.1.7.2");
const indirectData = objectId("1.3.6.1.4.1.311.2.1.4");
const imageData = objectId("1.3.6.1.4.1.311.2.1.15");
const contentType = objectId("1.2.840.113549.1.9.3");
const messageDigest = objectId("1.2.840.113549.1.9.4");
const sha256Algorithm = sequence(objectId("2.16.840.1.101.3.4.2.1"), nothing);
const rsaAlgorithm = sequence(objectId("1.2.840.113549.1.1.1"), nothing);

/** What stands for the name of the file (Authenticode PE, "SpcPeImageData"). */
const obsolete = Buffer.from("<<<Obsolete>>>", "utf16le").swap16();

/**
 * A signature of an EFI program over the SHA-256 of its image: PKCS #7 SignedData (RFC 2315) with the content of Authenticode
 * ("Windows Authenticode Portable Executable Signature Format", 2008). It tells no time, so the same program, certificate and key give the same bytes.
 */
export function authenticodeSignature(imageDigest: Uint8Array, signer: Signer): Buffer {
  const content = indirectDataOf(imageDigest);
  const attributes = inOrder(
    sequence(contentType, setOf(indirectData)),
    // Over what the sequence holds, without its tag and length.
    sequence(messageDigest, setOf(octets(sha256(readDer(content)[0]!.content)))),
  );
  // Signed as a SET OF, and sent under [0] (RFC 2315 §9.3).
  const signature = sign("sha256", der(0x31, attributes), signer.key);
  const { issuer, serialNumber } = issuerAndSerialNumber(signer.certificate);
  const signerInfo = sequence(
    ...[smallInteger(1), sequence(issuer, serialNumber), sha256Algorithm],
    ...[tagged(0, attributes), rsaAlgorithm, octets(signature)],
  );
  return sequence(
    signedData,
    tagged(
      0,
      sequence(
        ...[smallInteger(1), setOf(sha256Algorithm)],
        sequence(indirectData, tagged(0, content)),
        ...[tagged(0, signer.certificate), setOf(signerInfo)],
      ),
    ),
  );
}

/** SHA-256 of a certificate's DER: what names it. */
export function fingerprintOf(certificate: Uint8Array): string {
  return sha256(certificate).toString("hex");
}

function indirectDataOf(imageDigest: Uint8Array): Buffer {
  const noFlags = der(0x03, Buffer.from([0]));
  const file = tagged(0, tagged(2, der(0x80, obsolete)));
  return sequence(
    sequence(imageData, sequence(noFlags, file)),
    sequence(sha256Algorithm, octets(imageDigest)),
  );
}

/** The names by which a signature says whose it is, as they stand in the certificate (RFC 5280 §4.1). */
function issuerAndSerialNumber(certificate: Buffer): { issuer: Buffer; serialNumber: Buffer } {
  const [whole] = readDer(certificate);
  const [signed] = readDer(whole!.content);
  const fields = readDer(signed!.content);
  // Of version 1 there is no [0] before the serial number.
  const [serialNumber, , issuer] = fields[0]!.tag === 0xa0 ? fields.slice(1) : fields;
  return { issuer: issuer!.whole, serialNumber: serialNumber!.whole };
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
