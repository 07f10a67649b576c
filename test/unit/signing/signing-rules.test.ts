import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { certificateText, readCertificate } from "../../../provider/signing/identity.ts";
import { type SigningInputs, signingProblems } from "../../../provider/signing/signing-rules.ts";
import { certificateOf, selfSigned } from "../../self-signed.ts";

const own = selfSigned();
const other = selfSigned();
const small = selfSigned({ bits: 1024 });
const large = selfSigned({ bits: 4104 });
const curve = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ofCurve = {
  signingKey: curve.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  signingCertificate: certificateOf(curve.publicKey, curve.privateKey, "Curve"),
};
const encrypted = createPrivateKey(own.signingKey).export({
  ...{ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" },
}) as string;
const old = createPrivateKey(own.signingKey).export({ type: "pkcs1", format: "pem" }) as string;
const both = `${own.signingKey}${own.signingCertificate}`;

const problemsOf = (given: SigningInputs) =>
  signingProblems(given, (input) => given[input] === undefined).map(
    ({ property, reason }) => `${property}: ${reason}`,
  );
const sizes = "UEFI takes RSA of 2048 to 4096 bits";
const pair = "openssl req -new -x509 -newkey rsa:2048 -nodes makes a key and its certificate";
const noKey =
  'signingKey: is no private key in PEM (it begins with "-----BEGIN PRIVATE KEY-----"; give the text, not the path of a file)';
const noCertificate =
  'signingCertificate: is no certificate in PEM (it begins with "-----BEGIN CERTIFICATE-----"; give the text, not the path of a file)';
const inClear =
  "signingCertificate: holds a private key, which would stand in the state in clear (give the certificate alone)";

describe("a key and a certificate that programs are signed with", () => {
  test.each<[string, SigningInputs, string[]]>([
    ["are fine as they are", own, []],
    ["are fine with a key in the older form", { ...own, signingKey: old }, []],
    ["are fine with a key that has its certificate behind it", { ...own, signingKey: both }, []],
    ["are not needed", {}, []],
    [
      "are refused as paths",
      { signingKey: "a.key", signingCertificate: "a.crt" },
      [noKey, noCertificate],
    ],
    ["are refused when empty", { signingKey: "", signingCertificate: "" }, [noKey, noCertificate]],
    [
      "are refused with an encrypted key",
      { ...own, signingKey: encrypted },
      [
        "signingKey: is encrypted, and nobody is there to type its passphrase (decrypt it with openssl pkey, and give the result as a Pulumi secret)",
      ],
    ],
    [
      "are refused with a certificate for a key",
      { ...own, signingKey: own.signingCertificate },
      [noKey],
    ],
    [
      "are refused with the key where it would be in clear",
      { ...own, signingCertificate: both },
      [inClear],
    ],
    [
      "are refused the wrong way round",
      { signingKey: own.signingCertificate, signingCertificate: own.signingKey },
      [noKey, inClear],
    ],
    [
      "are refused with a chain",
      { ...own, signingCertificate: own.signingCertificate + other.signingCertificate },
      ["signingCertificate: holds 2 certificates (give the one that belongs to the key)"],
    ],
    [
      "are refused when damaged",
      { ...own, signingCertificate: own.signingCertificate.replace("\nMII", "\nMIX") },
      [noCertificate],
    ],
    [
      "are refused when they do not belong together",
      { ...own, signingCertificate: other.signingCertificate },
      ["signingCertificate: does not belong to signingKey: it holds another public key"],
    ],
    [
      "are refused when too small",
      small,
      [
        `signingKey: has 1024 bits, but ${sizes} (${pair})`,
        `signingCertificate: is of a key that has 1024 bits, but ${sizes} (${pair})`,
      ],
    ],
    [
      "are refused when too large",
      large,
      [
        `signingKey: has 4104 bits, but ${sizes} (${pair})`,
        `signingCertificate: is of a key that has 4104 bits, but ${sizes} (${pair})`,
      ],
    ],
    [
      "are refused when they are of an elliptic curve",
      ofCurve,
      [
        `signingKey: is of type "ec", but ${sizes} (${pair})`,
        `signingCertificate: is of a key that is of type "ec", but ${sizes} (${pair})`,
      ],
    ],
    [
      "are refused without the key",
      { signingCertificate: own.signingCertificate },
      ["signingKey: is required together with signingCertificate"],
    ],
    [
      "are refused without the certificate",
      { signingKey: own.signingKey },
      ["signingCertificate: is required together with signingKey"],
    ],
  ])("%s", (_what, given, expected) => {
    const found = problemsOf(given);
    expect(found).toEqual(expected);
    const secret = own.signingKey.split("\n")[1]!;
    expect(found.join()).not.toContain(secret);
  });

  test.each(["signingKey", "signingCertificate"] as const)(
    "are not judged by a %s that is not known yet",
    (property) => {
      const { [property]: _, ...known } = own;
      expect(signingProblems(known, () => false)).toEqual([]);
    },
  );
});

test("a certificate is the same however its text is wrapped", () => {
  const text = own.signingCertificate;
  const wrapped = `Bag Attributes\n${text.replaceAll("\n", "\r\n")}`;
  expect(certificateText(wrapped)).toBe(certificateText(text));
  expect(readCertificate(wrapped)).not.toHaveProperty("reason");
});
