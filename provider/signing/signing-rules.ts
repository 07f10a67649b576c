import { KeyObject, X509Certificate } from "node:crypto";
import type { InputProblem } from "../errors.ts";
import { isRefusal, readCertificate, readSigningKey } from "./identity.ts";

/** The inputs that rules look at; what is not known yet is missing. */
export interface SigningInputs {
  readonly signingKey?: string | undefined;
  readonly signingCertificate?: string | undefined;
}

/** What is wrong with the key and the certificate that programs are signed with, as far as they are known. */
export function signingProblems(
  { signingKey, signingCertificate }: SigningInputs,
  omitted: (input: "signingKey" | "signingCertificate") => boolean,
): InputProblem[] {
  if (omitted("signingKey") && omitted("signingCertificate")) return [];
  const problems: InputProblem[] = [];
  for (const [property, other] of [
    ["signingKey", "signingCertificate"],
    ["signingCertificate", "signingKey"],
  ] as const)
    if (omitted(property))
      problems.push({ property, reason: `is required together with ${other}` });
  const read = <T extends object>(
    property: "signingKey" | "signingCertificate",
    text: string | undefined,
    reader: (pem: string) => T | { readonly reason: string },
  ) => {
    const found = text === undefined ? undefined : reader(text);
    if (found && isRefusal(found)) problems.push({ property, reason: found.reason });
    return found;
  };
  const key = read("signingKey", signingKey, readSigningKey);
  const certificate = read("signingCertificate", signingCertificate, readCertificate);
  if (
    key instanceof KeyObject &&
    certificate instanceof X509Certificate &&
    !certificate.checkPrivateKey(key)
  )
    problems.push({
      property: "signingCertificate",
      reason: "does not belong to signingKey: it holds another public key",
    });
  return problems;
}
