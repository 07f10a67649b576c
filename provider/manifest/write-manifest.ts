import { createReadStream } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.ts";
import type { BootProof } from "../plan/boot-proof.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { commitFile } from "../store/commit-file.ts";
import { sha256File } from "../store/verify.ts";
import { writeTexts } from "../tree/lines.ts";
import { loadTree } from "../tree/object.ts";
import { readOsRelease } from "../tree/os-release.ts";
import { tarEnd, tarHeader, tarPadding } from "../tree/tar-writer.ts";
import { recordArtefact } from "./artefacts.ts";
import { decodeOrigin } from "./origin.ts";
import { readOwners } from "./owners.ts";
import { readPackages } from "./packages.ts";
import { provenance } from "./provenance.ts";
import type { FlatRecipe } from "./recipes.ts";
import type { MachineRecord } from "./record.ts";
import { sbomTexts } from "./sbom.ts";
import { checksumLines } from "./sums.ts";
import { type Maker, packagesUsed, toolVersions } from "./tools.ts";

/** What decides a manifest. */
export interface ManifestPlan {
  readonly name: string;
  readonly tree: Ref;
  readonly origin: Ref;
  readonly artefacts: readonly { readonly name: string; readonly content: Ref }[];
  readonly proof?: BootProof | undefined;
  readonly recipes: readonly FlatRecipe[];
}

/** The documents of a manifest, in the order in which its archive holds them. */
const documents = ["sbom.cdx.json", "provenance.intoto.json", "SHA256SUMS"] as const;

/** Writes the documents about a machine, each as a file of the store, and all of them as one archive. */
export async function writeManifest(plan: ManifestPlan, makers: readonly Maker[], ctx: Context) {
  const record = await gather(plan, makers, ctx);
  const warnings = warningsOf(record);
  for (const warning of warnings) ctx.log.warn(warning);
  return ctx.store.stage(async (folder) => {
    const at = (document: (typeof documents)[number]) => join(folder, document);
    ctx.log.progress("writing the manifest");
    await writeTexts(at("sbom.cdx.json"), sbomTexts(record));
    await writeLatin1(at("SHA256SUMS"), checksumLines(record.tree));
    const hex = async (document: (typeof documents)[number]) =>
      (await sha256File(at(document), ctx.signal)).slice("sha256:".length);
    const digests = { sbom: await hex("sbom.cdx.json"), sha256sums: await hex("SHA256SUMS") };
    await writeTexts(at("provenance.intoto.json"), [provenance(record, digests)]);
    const archive = join(folder, "manifest.tar");
    await writeArchive(archive, folder, record.origin.sourceDateEpoch);
    return {
      ref: (await commitFile(archive, ctx)).ref,
      sbom: (await commitFile(at("sbom.cdx.json"), ctx)).ref,
      provenance: (await commitFile(at("provenance.intoto.json"), ctx)).ref,
      sha256sums: (await commitFile(at("SHA256SUMS"), ctx)).ref,
      packages: record.packages.length,
      files: record.tree.items.filter((item) => item.kind === "entry" && item.type === "file")
        .length,
      warnings,
    };
  });
}

async function gather(
  plan: ManifestPlan,
  makers: readonly Maker[],
  ctx: Context,
): Promise<MachineRecord> {
  const { name, recipes, proof } = plan;
  const tree = await loadTree(await ctx.materialise(plan.tree));
  const originFile = await ctx.materialise(plan.origin);
  const origin = decodeOrigin(await readFile(originFile, "utf8"), originFile);
  if (origin.tree !== plan.tree.digest)
    throw new InputError([
      {
        property: "origin",
        reason: `is of another tree: give tree and origin of the same Rootfs (it is of ${origin.tree}, tree is ${plan.tree.digest})`,
      },
    ]);
  const sourcePath = (source: string) => ctx.store.path("layer", source);
  ctx.log.progress("reading the databases of packages");
  const artefacts = [];
  for (const artefact of plan.artefacts)
    artefacts.push(await recordArtefact(artefact.name, artefact.content, ctx));
  return {
    ...{ name, tree, treeDigest: plan.tree.digest, origin, recipes, artefacts, proof },
    ...(await readPackages(tree, sourcePath)),
    osRelease: await readOsRelease(tree, sourcePath),
    owners: await readOwners(tree, sourcePath),
    runner: ctx.runner.kind,
    tools: await toolVersions(packagesUsed(recipes, makers), ctx),
  };
}

/** What a manifest cannot tell, and why. */
function warningsOf({ unread, origin, packages }: MachineRecord): string[] {
  const { baseImages } = origin.source;
  return [
    ...unread.map(
      (path) =>
        `The packages in "/${path}" are not listed: only the databases of dpkg, apk and rpm (rpmdb.sqlite, with no changes left in its -wal) are read`,
    ),
    ...(packages.length === 0 && unread.length === 0
      ? [
          "The image has no database of packages that is known here: its files are listed, no packages",
        ]
      : []),
    ...baseImages
      .filter(({ digest }) => digest === undefined)
      .map(
        ({ name }) =>
          `The digest of the base image ${name} is not known to the engine (docker pull ${name})`,
      ),
  ];
}

/** Names of a tree are bytes, and may be no UTF-8. */
async function writeLatin1(file: string, lines: Iterable<string>): Promise<void> {
  const out = await open(file, "wx");
  try {
    let piece = "";
    for (const line of lines) {
      piece += line;
      if (piece.length < 1 << 16) continue;
      await out.writeFile(piece, "latin1");
      piece = "";
    }
    await out.writeFile(piece, "latin1");
  } finally {
    await out.close();
  }
}

async function writeArchive(archive: string, folder: string, mtime: number): Promise<void> {
  const out = await open(archive, "wx");
  try {
    for (const path of documents) {
      const { size } = await stat(join(folder, path));
      const entry = { path, type: "file", mode: 0o644, uid: 0, gid: 0, mtime, size } as const;
      await out.writeFile(tarHeader(entry));
      for await (const chunk of createReadStream(join(folder, path))) await out.writeFile(chunk);
      await out.writeFile(tarPadding(size));
    }
    await out.writeFile(tarEnd);
  } finally {
    await out.close();
  }
}
