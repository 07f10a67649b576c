import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";

/** A name of a tree, one latin1 character a byte, as text for JSON: bytes that are no UTF-8 become `\xHH`, and backslashes double then. */
export function nameText(name: string): string {
  const bytes = Buffer.from(name, "latin1");
  if (isUtf8(bytes)) return bytes.toString();
  return name.replace(/[\\\x80-\xff]/g, (c) =>
    c === "\\" ? "\\\\" : `\\x${c.charCodeAt(0).toString(16)}`,
  );
}

/** The name space for names that are URLs (RFC 9562, appendix A). */
const URL_NAMESPACE = "6ba7b8119dad11d180b400c04fd430c8";

/** A UUID of version 5 (RFC 9562): a function of the name alone. */
export function uuid5(name: string): string {
  const hash = createHash("sha1").update(Buffer.from(URL_NAMESPACE, "hex")).update(name);
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join("-");
}

/** A package URL (github.com/package-url/purl-spec): `pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64`; of rpm an epoch stands behind. */
export function packageUrl(
  manager: string,
  distribution: string,
  { name, version, architecture }: { name: string; version: string; architecture: string },
): string {
  const encode = (text: string) => encodeURIComponent(text).replaceAll("%3A", ":");
  const [, epoch, rest = version] = (manager === "rpm" && /^(\d+):(.*)$/.exec(version)) || [];
  const qualifiers = Object.entries({ arch: architecture, epoch }).flatMap(([key, value]) =>
    value ? [`${key}=${encode(value)}`] : [],
  );
  const more = qualifiers.length > 0 ? `?${qualifiers.join("&")}` : "";
  return `pkg:${manager}/${encode(distribution)}/${encode(name)}@${encode(rest)}${more}`;
}
