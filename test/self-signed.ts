import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { der, nothing, objectId, sequence, setOf, tagged } from "../provider/signing/der.ts";

/** A key and its certificate, as text. */
export interface SigningPair {
  readonly signingKey: string;
  readonly signingCertificate: string;
}

/** A new key with a certificate that it has signed itself. */
export function selfSigned(
  options: { bits?: number; name?: string; version?: 1 | 3 } = {},
): SigningPair {
  const { bits = 2048, name = "Demo", version } = options;
  const pair = generateKeyPairSync("rsa", { modulusLength: bits });
  return {
    signingKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    signingCertificate: certificateOf(pair.publicKey, pair.privateKey, name, version),
  };
}

/** A certificate for a public key, in PEM. */
export function certificateOf(
  of: KeyObject,
  by: KeyObject,
  name: string,
  version: 1 | 3 = 3,
): string {
  const algorithm = sequence(objectId("1.2.840.113549.1.1.11"), nothing);
  const commonName = sequence(objectId("2.5.4.3"), der(0x0c, Buffer.from(name)));
  const names = sequence(setOf(commonName));
  const time = (text: string) => der(0x17, Buffer.from(text));
  const signed = sequence(
    // The first version says nothing of itself.
    ...(version === 1 ? [] : [tagged(0, der(0x02, Buffer.from([2])))]),
    der(0x02, Buffer.from([1, 2, 3])),
    ...[algorithm, names, sequence(time("200101000000Z"), time("490101000000Z")), names],
    of.export({ type: "spki", format: "der" }),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", signed, by));
  const text = sequence(signed, algorithm, signature).toString("base64");
  const lines = text.match(/.{1,64}/g)!.join("\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
