import * as z from "zod";
import type { InputProblem } from "../../errors.ts";
import { flatRecipes } from "../../manifest/recipes.ts";
import { type Maker, packagesOf } from "../../manifest/tools.ts";
import type { ManifestPlan } from "../../manifest/write-manifest.ts";
import { bootProofSchema } from "../../plan/boot-proof.ts";
import { digestOf } from "../../plan/canonical.ts";
import { digestPattern, refSchema, refsIn } from "../../plan/ref.ts";
import { defineResource } from "../../resource.ts";

const label = /^[^\p{Cc}]{1,200}$/u;
const inputs = z.strictObject({
  name: z
    .string()
    .regex(label, "must be 1 to 200 characters on one line")
    .default("machine")
    .describe("What the documents call the machine."),
  tree: refSchema.describe("The tree that the machine holds: `rootfs.ref`."),
  origin: refSchema.describe("Where that tree comes from: `rootfs.origin`."),
  artefacts: z
    .array(
      z
        .strictObject({
          name: z
            .string()
            .regex(label, "must be 1 to 200 characters on one line")
            .describe("What the documents call it, such as `kernel`; each name once."),
          content: refSchema.describe("The artefact: `ref` of a resource."),
        })
        .meta({ id: "ManifestArtefact", description: "An artefact that a manifest names." }),
    )
    .default([])
    .describe("What is handed over: kernel, initramfs, filesystems, disks, converted images."),
  proof: bootProofSchema
    .optional()
    .describe("`proof` of the BootTest of one of the artefacts, which the provenance then states."),
  exportTo: z
    .string()
    .min(1)
    .optional()
    .describe("Path, relative to the project, that the archive of the documents is written to."),
  observed: z
    .strictObject({ recipes: z.string().regex(digestPattern).describe("Digest of all recipes.") })
    .meta({ id: "ObservedRecipes", description: "How everything that a manifest names is made." })
    .optional()
    .describe("Computed: a digest of how everything was made, which artefacts alone do not tell."),
});

const outputs = z.strictObject({
  ref: refSchema.describe("A tar of the three documents."),
  sbom: refSchema.describe(
    "sbom.cdx.json: CycloneDX 1.6 with every package, and every entry with its digest, owner, mode and layer.",
  ),
  provenance: refSchema.describe(
    "provenance.intoto.json: an in-toto statement with SLSA provenance v1; unsigned.",
  ),
  sha256sums: refSchema.describe("SHA256SUMS of every file, for sha256sum --check in the machine."),
  packages: z.int().describe("Packages that the image's databases list."),
  files: z.int().describe("Files in the tree."),
  warnings: z.array(z.string()).describe("What the documents cannot tell, and why."),
});

type Inputs = z.output<typeof inputs>;

function rules({ tree, origin, artefacts = [], proof }: Partial<Inputs>): InputProblem[] {
  const names = artefacts.map(({ name }) => name);
  const problems = names.flatMap((name, i): InputProblem[] =>
    names.indexOf(name) === i
      ? []
      : [{ property: `artefacts[${i}].name`, reason: `"${name}" is the name of another artefact` }],
  );
  if (tree && tree.kind !== "tree")
    problems.push({
      property: "tree",
      reason: `must be a tree, such as rootfs.ref, not a ${tree.kind}`,
    });
  if (origin && origin.kind !== "file")
    problems.push({
      property: "origin",
      reason: `must be rootfs.origin, which is a file, not a ${origin.kind}`,
    });
  if (proof && artefacts.length > 0 && !booted(artefacts, proof.imageDigest))
    problems.push({
      property: "proof",
      reason: `is of none of the artefacts: ${proof.imageDigest} booted (give the disk that it is of)`,
    });
  return problems;
}

/** A proof is of a disk, which may have been given as itself or as an image made of it. */
function booted(artefacts: Inputs["artefacts"], digest: string): boolean {
  const refs = artefacts.map(({ content }) => content);
  return (
    refs.some((ref) => ref.digest === digest) ||
    flatRecipes(refs).some((recipe) => recipe.digest === digest)
  );
}

function plan({ name, tree, origin, artefacts, proof }: Inputs): ManifestPlan {
  const recipes = flatRecipes(refsIn({ tree, origin, artefacts }));
  return { name, tree, origin, artefacts, ...(proof && { proof }), recipes };
}

/**
 * One record of a machine for those who have to trace it: packages, files with the line of the Dockerfile that each came from, base images,
 * recipes, tools and digests. `makers` are the resources whose artefacts it can name, for the tools that they use.
 * Written again when the tree, an artefact, or the way in which one was made changes.
 *
 * @example
 * new Manifest("manifest", {
 *   tree: rootfs.ref, origin: rootfs.origin, artefacts: [{ name: "disk", content: disk.ref }],
 * });
 */
export function manifestOf(makers: readonly Maker[]) {
  return defineResource({
    name: "Manifest",
    description: "A record of a machine: software bill of materials, provenance and checksums.",
    version: 2,
    inputs,
    outputs,
    packages: packagesOf(makers),
    rules,
    observe: async (given) => ({ observed: { recipes: digestOf(plan(given).recipes) } }),
    plan,
    make: async (request, ctx) =>
      (await import("../../manifest/write-manifest.ts")).writeManifest(request, makers, ctx),
  });
}
