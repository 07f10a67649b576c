import { decodeRecipe, identityOf, type Ref, refsIn } from "../plan/ref.ts";

/** How an artefact was made, without the recipes of what it was made from: those stand beside it. */
export interface FlatRecipe {
  readonly kind: string;
  readonly digest: string;
  readonly step: string;
  readonly version: number;
  /** What the step was told, with references by kind and digest; null where it is withheld because it holds secrets. */
  readonly plan: unknown;
}

/** The recipes of artefacts and of all that they were made from, what was made first first; who declared them does not count. */
export function flatRecipes(refs: readonly Ref[]): FlatRecipe[] {
  const found = new Map<string, FlatRecipe>();
  const visit = ({ kind, digest, recipe }: Ref) => {
    const key = `${kind} ${digest}`;
    if (recipe === "" || found.has(key)) return;
    const { step, version, plan } = decodeRecipe(recipe);
    for (const upstream of refsIn(plan)) visit(upstream);
    if (!found.has(key))
      found.set(key, { kind, digest, step, version, plan: identityOf(plan ?? null) });
  };
  for (const ref of refs) visit(ref);
  return [...found.values()];
}
