import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

/** Why something is refused. */
interface Refusal {
  readonly reason: string;
}

const leastBits = 2048;
const mostBits = 4096;
const sizes = `UEFI takes RSA of ${leastBits} to ${mostBits} bits`;
const newPair = "openssl req -new -x509 -newkey rsa:2048 -nodes makes a key and its certificate";

/** A private key out of PEM, or why Secure Boot cannot sign with it; no reason holds anything of the text. */
export function readSigningKey(pem: string): KeyObject | Refusal {
  if (/ENCRYPTED/.test(pem))
    return {
      reason:
        "is encrypted, and nobody is there to type its passphrase (decrypt it with openssl pkey, and give the result as a Pulumi secret)",
    };
  const key = attempt(() => createPrivateKey({ key: pem, format: "pem" }));
  if (!key)
    return {
      reason:
        'is no private key in PEM (it begins with "-----BEGIN PRIVATE KEY-----"; give the text, not the path of a file)',
    };
  const problem = keyProblem(key);
  return problem ? { reason: problem } : key;
}

/** A certificate out of PEM, or why Secure Boot cannot use it. When it expires is of no account: firmware has no clock to trust. */
export function readCertificate(pem: string): X509Certificate | Refusal {
  if (/PRIVATE KEY/.test(pem))
    return {
      reason:
        "holds a private key, which would stand in the state in clear (give the certificate alone)",
    };
  const count = pem.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0;
  if (count > 1)
    return { reason: `holds ${count} certificates (give the one that belongs to the key)` };
  const certificate = count === 1 ? attempt(() => new X509Certificate(pem)) : undefined;
  if (!certificate)
    return {
      reason:
        'is no certificate in PEM (it begins with "-----BEGIN CERTIFICATE-----"; give the text, not the path of a file)',
    };
  const problem = keyProblem(certificate.publicKey);
  return problem ? { reason: `is of a key that ${problem}` } : certificate;
}

/** True for what is refused. */
export function isRefusal<T extends object>(read: T | Refusal): read is Refusal {
  return "reason" in read;
}

/** The DER of a certificate that {@link readCertificate} takes, in base64: the same however its PEM is wrapped. */
export function certificateText(pem: string): string {
  return new X509Certificate(pem).raw.toString("base64");
}

function keyProblem({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType !== "rsa")
    return `is of type "${asymmetricKeyType}", but ${sizes} (${newPair})`;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < leastBits || bits > mostBits) return `has ${bits} bits, but ${sizes} (${newPair})`;
  return undefined;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
