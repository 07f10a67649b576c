import { canonicalJson } from "../plan/canonical.ts";
import type { OriginSource } from "./origin.ts";
import type { MachineRecord } from "./record.ts";

/** Names the kind of build whose parameters a statement holds (SLSA: buildType); the README of provider/manifest says what they are. */
const buildType = "https://www.npmjs.com/package/bootwright#manifest-1";

/** Digests of the other documents, in hex. */
export interface Documents {
  readonly sbom: string;
  readonly sha256sums: string;
}

/**
 * An in-toto statement (in-toto.io/Statement/v1) with a SLSA provenance predicate (slsa.dev/provenance/v1): what the artefacts were made
 * from, by which steps, with which tools. It is not signed: nothing here holds a key.
 */
export function provenance(record: MachineRecord, { sbom, sha256sums }: Documents): string {
  const { name, treeDigest, origin, artefacts, recipes, runner, tools, proof } = record;
  const statement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [
      { name: "tree", digest: { bootwrightTree: hexOf(treeDigest) } },
      ...artefacts.map(({ name: subject, kind, digest, sha256 }) => ({
        name: subject,
        digest:
          kind === "file" ? { sha256: hexOf(digest) } : withBytes(kind, hexOf(digest), sha256),
      })),
    ],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: {
          name,
          source: sourceParameters(origin.source),
          sourceDateEpoch: origin.sourceDateEpoch,
        },
        internalParameters: {
          recipes,
          runner,
          tools,
          layers: origin.layers,
          ...(proof && { bootTest: proof }),
        },
        resolvedDependencies: dependencies(origin.source),
      },
      runDetails: {
        builder: { id: "pkg:npm/bootwright" },
        byproducts: [
          { name: "sbom.cdx.json", digest: { sha256: sbom } },
          { name: "SHA256SUMS", digest: { sha256: sha256sums } },
        ],
      },
    },
  };
  return `${canonicalJson(statement)}\n`;
}

function sourceParameters({ kind, name, file, stages }: OriginSource) {
  return { kind, ...(name && { name }), ...(file && { file }), stages };
}

/** What a build read: each base image, also one whose digest nobody knows, the Dockerfile, the context … */
function dependencies({ digests, baseImages }: OriginSource) {
  const images = baseImages.map(({ name, digest }) => ({
    ...{ name, uri: `docker-image://${name}` },
    ...(digest && { digest: { sha256: hexOf(digest) } }),
  }));
  const read = Object.entries(digests).map(([name, digest]) => ({
    name,
    digest: digest.startsWith("sha256:")
      ? { [name === "dockerfile" ? "sha256" : "bootwrightContent"]: hexOf(digest) }
      : { [name]: digest },
  }));
  return [...images, ...read];
}

/** A plan's identity has a name of its own: it is no digest of bytes. */
function withBytes(kind: string, identity: string, sha256: string | undefined) {
  const key = `bootwright${kind[0]?.toUpperCase()}${kind.slice(1)}`;
  return { [key]: identity, ...(sha256 && { sha256 }) };
}

function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, "");
}
