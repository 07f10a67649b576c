import { deflateRawSync, inflateRawSync } from "node:zlib";
import * as z from "zod";
import { canonicalJson } from "./canonical.ts";

/** What an artefact is; decides where the store keeps it and what its digest is taken over. */
export const artefactKinds = ["file", "tree", "layer", "ext4", "disk", "vhd"] as const;
export type ArtefactKind = (typeof artefactKinds)[number];

export const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** A reference to an artefact by content, with the recipe that makes it again. */
export const refSchema = z
  .strictObject({
    kind: z.enum(artefactKinds).describe("What the artefact is."),
    digest: z
      .string()
      .regex(digestPattern, "must be sha256: and 64 lower-case hex digits")
      .describe("Identity of the content; the only part that a diff compares."),
    recipe: z
      .string()
      .describe(
        "The step that makes the artefact, with its upstream references: deflated JSON in Base64.",
      ),
  })
  .meta({ id: "Ref", description: "A reference to an artefact by content." });
export type Ref = z.infer<typeof refSchema>;

/** A step, by name and version, with its plan: enough to make its artefacts again. */
export interface Recipe {
  readonly step: string;
  readonly version: number;
  /** Null where it is withheld because it holds secrets. */
  readonly plan: unknown;
  /** URN of the resource that made it, for messages only; no part of any identity. */
  readonly urn?: string;
  /** One byte for each of 256 buckets of a tree's paths; says how many paths differ when it cannot be made again. */
  readonly fingerprint?: string;
}

function isRef(value: object): value is Ref {
  const keys = Object.keys(value);
  return keys.length === 3 && "kind" in value && "digest" in value && "recipe" in value;
}

/** A value with every reference in it changed; what is inside a reference is left alone. */
export function mapRefs(value: unknown, change: (ref: Ref) => unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((v) => mapRefs(v, change));
  if (isRef(value)) return change(value);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, mapRefs(v, change)]));
}

/** Every reference inside a value, outermost first. */
export function refsIn(value: unknown): Ref[] {
  const found: Ref[] = [];
  mapRefs(value, (ref) => {
    found.push(ref);
    return ref;
  });
  return found;
}

/** The part of a value that decides a result: references become kind and digest. */
export function identityOf(value: unknown): unknown {
  return mapRefs(value, ({ kind, digest }) => ({ kind, digest }));
}

/**
 * A recipe as one string; nested recipes are embedded as objects, so that quoting does not pile up. It is packed, because Pulumi unfolds every
 * string that is JSON in what it shows of a change, and the recipe of a disk is that of all before it.
 */
export function encodeRecipe(recipe: Recipe): string {
  const nested = mapRefs(recipe, (ref) => ({
    ...ref,
    recipe: ref.recipe === "" ? null : JSON.parse(unpacked(ref.recipe)),
  }));
  return deflateRawSync(canonicalJson(nested)).toString("base64");
}

/** The inverse of {@link encodeRecipe}; also of plain JSON, which states and stores of earlier versions hold. */
export function decodeRecipe(text: string): Recipe {
  return mapRefs(JSON.parse(unpacked(text)), (ref) => ({
    ...ref,
    recipe: ref.recipe === null ? "" : canonicalJson(ref.recipe),
  })) as Recipe;
}

/** A recipe where there is one that can be read. */
export function readRecipe(text: string): Recipe | undefined {
  try {
    return decodeRecipe(text);
  } catch {
    return undefined;
  }
}

function unpacked(text: string): string {
  return text.startsWith("{") ? text : inflateRawSync(Buffer.from(text, "base64")).toString();
}
