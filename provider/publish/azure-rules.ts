import type { InputProblem } from "../errors.ts";
import { type FlatRecipe, flatRecipes } from "../manifest/recipes.ts";
import type { BootProof } from "../plan/boot-proof.ts";
import type { Readiness } from "../plan/readiness.ts";
import { decodeRecipe, type Ref, refsIn } from "../plan/ref.ts";

/** The inputs of AzurePageBlob, with defaults. */
export interface AzureInputs {
  readonly image: Ref;
  readonly proof?: BootProof | undefined;
  readonly readiness?: Readiness | undefined;
  readonly unproven: boolean;
  readonly connectionString?: string | undefined;
  readonly accountUrl?: string | undefined;
  readonly container: string;
  readonly prefix?: string | undefined;
  readonly retain: number;
  readonly concurrency: number;
}

/** The inputs, and the disk that the VHD shows; undefined for what is no VHD. */
export interface AzurePlan extends AzureInputs {
  readonly disk: Ref | undefined;
}

/** The most that a page blob holds (8 TiB). */
const maxPageBlobBytes = 8 * 2 ** 40;

/** The disk that a VHD shows, out of its recipe. */
export function diskOf(image: Ref): Ref | undefined {
  if (image.kind !== "vhd" || image.recipe === "") return undefined;
  return refsIn(decodeRecipe(image.recipe).plan).find(({ kind }) => kind === "disk");
}

/** What is wrong with inputs as far as they are known. */
export function contradictions(given: Partial<AzureInputs>): InputProblem[] {
  const { image, proof, readiness, unproven, connectionString, accountUrl } = given;
  const found: InputProblem[] = [];
  const disk = image && diskOf(image);
  if (image && !disk)
    found.push({
      property: "image",
      reason: `must be the ref of a ConvertedImage with format "vhd", not a ${image.kind}`,
    });
  if (disk) found.push(...otherDisk(proof, disk.digest));
  if (image && readiness) found.push(...notReady(readiness, image));
  if (proof && unproven)
    found.push({ property: "unproven", reason: "cannot be set together with proof" });
  if (connectionString !== undefined && accountUrl !== undefined)
    found.push({ property: "accountUrl", reason: "cannot be set together with connectionString" });
  return found;
}

/** A check is of a tree: of one that the image was made of, and for this cloud. */
function notReady({ target, tree }: Readiness, image: Ref): InputProblem[] {
  if (target !== "azure")
    return [{ property: "readiness", reason: `is for ${target}: check it for azure` }];
  // What is withheld may be what the image was made of.
  const isKnown = ({ kind, digest, plan }: FlatRecipe) =>
    plan === null || (kind === "tree" && digest === tree);
  if (flatRecipes([image]).some(isKnown)) return [];
  return [{ property: "readiness", reason: `is of another tree: ${tree} is not in the image` }];
}

/** What has to be given; `omitted` tells what surely is not. */
export function omissions(
  { unproven }: Partial<AzureInputs>,
  omitted: (input: keyof AzureInputs) => boolean,
): InputProblem[] {
  const found: InputProblem[] = [];
  if (omitted("proof") && unproven === false)
    found.push({
      property: "proof",
      reason: "is required: what is published must have booted (BootTest.proof), or set unproven",
    });
  if (omitted("connectionString") && omitted("accountUrl"))
    found.push({ property: "accountUrl", reason: "or connectionString is required" });
  return found;
}

/** What speaks against publishing a VHD that shows this disk and has this size. */
export function refusals(plan: AzurePlan, vhd: { disk: string; sizeBytes: number }) {
  const found = otherDisk(plan.proof, vhd.disk);
  if (vhd.sizeBytes > maxPageBlobBytes)
    found.push({
      property: "image",
      reason: `is ${vhd.sizeBytes} bytes, but a page blob holds at most ${maxPageBlobBytes}`,
    });
  return found;
}

function otherDisk(proof: AzureInputs["proof"], shown: string): InputProblem[] {
  if (!proof || proof.imageDigest === shown) return [];
  const reason = `is of another disk: ${proof.imageDigest} booted, but the VHD shows ${shown}`;
  return [{ property: "proof", reason }];
}
