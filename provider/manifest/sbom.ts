import { digestOf } from "../plan/canonical.ts";
import type { Entry } from "../tree/types.ts";
import { nameText, packageUrl, uuid5 } from "./names.ts";
import { layersByPath } from "./origin.ts";
import type { MachineRecord } from "./record.ts";
import { hexOf, inodeOf, sortedEntries } from "./sums.ts";
import { layerAt } from "./trace.ts";

// CycloneDX and not SPDX: SPDX 2.3 demands the SHA-1 of every file, and has no place for its owner, mode and layer.

type Property = { readonly name: string; readonly value: string };
type Component = Readonly<Record<string, unknown>>;

/** The pieces of a CycloneDX 1.6 document (cyclonedx.org/docs/1.6/json), a component a line. */
export function* sbomTexts(record: MachineRecord): Generator<string> {
  const { name, origin, treeDigest, artefacts, tools, recipes } = record;
  const distribution = record.osRelease.id || "unknown";
  const identity = { name, treeDigest, origin, artefacts, tools, recipes };
  const head = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuid5(`bootwright manifest ${digestOf(identity)}`)}`,
    version: 1,
    metadata: {
      timestamp: new Date(origin.sourceDateEpoch * 1000).toISOString().replace(".000Z", "Z"),
      lifecycles: [{ phase: "build" }],
      tools: {
        components: [
          { type: "application", name: "bootwright" },
          ...tools.map((tool) => toolComponent(tool)),
        ],
      },
      component: {
        ...{ type: "operating-system", "bom-ref": "machine", name },
        ...(record.osRelease.prettyName && { description: record.osRelease.prettyName }),
        properties: [property("tree", treeDigest), ...layerProperties(record)],
      },
    },
  };
  yield `${JSON.stringify(head).slice(0, -1)},"components":[\n`;
  let isFirst = true;
  for (const component of components(record, distribution)) {
    yield `${isFirst ? "" : ",\n"}${JSON.stringify(component)}`;
    isFirst = false;
  }
  yield "\n]}\n";
}

function* components(record: MachineRecord, distribution: string): Generator<Component> {
  const known = new Set<string>();
  for (const found of record.packages) {
    const purl = packageUrl(found.manager, distribution, found);
    if (known.has(purl)) continue;
    known.add(purl);
    const { name, version, sourceName, sourceVersion } = found;
    yield {
      ...{ type: "library", "bom-ref": purl, name, version, purl },
      properties: [property("sourcePackage", sourceName), property("sourceVersion", sourceVersion)],
    };
  }
  for (const { name, digest } of record.origin.source.baseImages)
    yield {
      ...{ type: "container", "bom-ref": `base-image:${name}`, name },
      ...(digest && { hashes: [sha256(digest.slice("sha256:".length))] }),
    };
  for (const { name, kind, digest, sha256: hex } of record.artefacts)
    yield {
      ...{ type: "data", "bom-ref": `artefact:${name}`, name },
      ...(hex && { hashes: [sha256(hex)] }),
      properties: [property("kind", kind), property("digest", digest)],
    };
  const layerOf = layersByPath(record.tree, record.origin);
  for (const entry of sortedEntries(record.tree))
    yield fileComponent(record, entry, layerOf.get(entry.path) ?? 0);
}

function fileComponent({ tree, owners }: MachineRecord, entry: Entry, layer: number): Component {
  const { path, type, mode, uid, gid, target } = entry;
  const hex = hexOf(inodeOf(tree, entry));
  const name = nameText(`/${path}`);
  // A name with escapes may look like another one without.
  const isPlain = Buffer.from(name).toString("latin1") === `/${path}`;
  return {
    type: "file",
    "bom-ref": isPlain ? `file:${name}` : `file-hex:${Buffer.from(path, "latin1").toString("hex")}`,
    name,
    ...(hex && { hashes: [sha256(hex)] }),
    properties: [
      property("type", type),
      property("mode", mode.toString(8).padStart(4, "0")),
      property("owner", `${uid}:${gid}`),
      property("layer", String(layer + 1)),
      ...(target === undefined ? [] : [property("target", nameText(target))]),
      ...(type === "directory" ? [] : (owners.get(path) ?? [])).map((p) => property("package", p)),
    ],
  };
}

/** What each layer was made by: `layer:4` is `Dockerfile:12 COPY …`. */
function layerProperties({ origin }: MachineRecord): Property[] {
  return origin.layers.map((_, i) => {
    const { number, file, line, instruction } = layerAt(origin, i);
    const at = file ? `${file}:${line} ` : "";
    return property(`layer:${number}`, `${at}${instruction || "unknown"}`);
  });
}

function toolComponent({ name, version }: { name: string; version: string }): Component {
  return { type: "application", name, version };
}

function property(name: string, value: string): Property {
  return { name: `bootwright:${name}`, value };
}

function sha256(content: string) {
  return { alg: "SHA-256", content };
}
