/** What Pulumi sends for a value that is not known yet (sdk/go/common/resource/plugin/rpc.go). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";

/** A value that Pulumi is to encrypt. */
export function asSecret(value: unknown): unknown {
  return { [signatureKey]: secretSignature, value };
}

/** A value without the mark of a secret, and whether it had one. */
export function openSecret(value: unknown): { value: unknown; secret: boolean } {
  const isObject = value !== null && typeof value === "object";
  const marked = isObject ? (value as Record<string, unknown>) : {};
  if (marked[signatureKey] !== secretSignature) return { value, secret: false };
  return { value: openSecret(marked.value).value, secret: true };
}

/**
 * A resource as the value of a property, of whatever version of the package the program has: Pulumi's SDK for Go takes itself for 1.0.0 as
 * long as the package's version begins with 0, and knows no resource of another major version.
 */
export function referenceTo(urn: string, id: string): unknown {
  return { [signatureKey]: resourceSignature, urn, id, packageVersion: "" };
}

/** A value as the provider works with it: secrets are in clear, unknowns stay {@link unknownValue}. */
export function fromWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromWire);
  if (value === null || typeof value !== "object") return value;
  const record = value as Record<string, unknown>;
  if (record[signatureKey] === secretSignature) return fromWire(record.value);
  return Object.fromEntries(Object.entries(record).map(([k, v]) => [k, fromWire(v)]));
}

/** Names of the properties that are secret or hold something that is. */
export function secretNames(values: Record<string, unknown>): Set<string> {
  return new Set(Object.keys(values).filter((name) => holdsSecret(values[name])));
}

function holdsSecret(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  if ((value as Record<string, unknown>)[signatureKey] === secretSignature) return true;
  return Object.values(value).some(holdsSecret);
}

/** Values for Pulumi, the named ones to be encrypted as wholes; what is undefined is left out. */
export function toWire(
  values: Record<string, unknown>,
  secrets: ReadonlySet<string>,
): Record<string, unknown> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([k, v]) => [k, secrets.has(k) ? asSecret(v) : v]));
}

/** True when any part of a value is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some(hasUnknown);
}

/** True when the value at a path, or anything above or below it, is not known yet. */
export function isUnknownAt(value: unknown, path: readonly PropertyKey[]): boolean {
  let at = value;
  for (const key of path) {
    if (at === unknownValue) return true;
    if (at === null || typeof at !== "object") return false;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return hasUnknown(at);
}
