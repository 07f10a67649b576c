/** A file or another thing that a statement names (in-toto attestation framework, "ResourceDescriptor v1"): one of name, uri, digest and content at least. */
const resourceDescriptor = {
  type: "object",
  additionalProperties: false,
  anyOf: ["name", "uri", "digest", "content"].map((key) => ({ required: [key] })),
  properties: {
    name: { type: "string" },
    uri: { type: "string", pattern: "^[A-Za-z][A-Za-z0-9+.-]*:\\S+$" },
    digest: { $ref: "#/$defs/digestSet" },
    content: { type: "string" },
    downloadLocation: { type: "string" },
    mediaType: { type: "string" },
    annotations: { type: "object" },
  },
};

const uri = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9+.-]*:\\S+$" };
const descriptors = { type: "array", items: { $ref: "#/$defs/resourceDescriptor" } };

/**
 * What an in-toto Statement v1 with a SLSA Provenance v1 predicate has to have, as a JSON schema of our own: there is no official one. After
 * in-toto/attestation spec/v1/statement.md and slsa.dev/spec/v1.0/provenance: which fields are required, their types, and that verifiers
 * reject a Statement that knows other fields beside.
 */
export const slsaStatementSchema = {
  type: "object",
  additionalProperties: false,
  required: ["_type", "subject", "predicateType", "predicate"],
  properties: {
    _type: { const: "https://in-toto.io/Statement/v1" },
    subject: {
      type: "array",
      minItems: 1,
      // Subjects are matched by digest alone, so each has one.
      items: { allOf: [{ $ref: "#/$defs/resourceDescriptor" }, { required: ["digest"] }] },
    },
    predicateType: { const: "https://slsa.dev/provenance/v1" },
    predicate: {
      type: "object",
      additionalProperties: false,
      required: ["buildDefinition", "runDetails"],
      properties: {
        buildDefinition: {
          type: "object",
          additionalProperties: false,
          required: ["buildType", "externalParameters"],
          properties: {
            buildType: uri,
            externalParameters: { type: "object" },
            internalParameters: { type: "object" },
            resolvedDependencies: descriptors,
          },
        },
        runDetails: {
          type: "object",
          additionalProperties: false,
          required: ["builder"],
          properties: {
            builder: {
              type: "object",
              additionalProperties: false,
              required: ["id"],
              properties: {
                id: uri,
                version: { type: "object", additionalProperties: { type: "string" } },
                builderDependencies: descriptors,
              },
            },
            metadata: {
              type: "object",
              additionalProperties: false,
              properties: {
                invocationId: { type: "string" },
                startedOn: { type: "string" },
                finishedOn: { type: "string" },
              },
            },
            byproducts: descriptors,
          },
        },
      },
    },
  },
  $defs: {
    resourceDescriptor,
    digestSet: {
      type: "object",
      minProperties: 1,
      properties: {
        sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
        gitCommit: { type: "string", pattern: "^[0-9a-f]{40}([0-9a-f]{24})?$" },
      },
      additionalProperties: { type: "string", pattern: "^[0-9a-f]+$" },
    },
  },
};
