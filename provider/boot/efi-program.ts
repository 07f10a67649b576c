import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { isRefusal, readSigningKey } from "../signing/identity.ts";
import { signProgram } from "../signing/sign-program.ts";
import { commitFile } from "../store/commit-file.ts";

/** Whose signature programs get. */
export interface Signing {
  /** DER, in base64. */
  readonly certificate: string;
}

/** Takes an EFI program that was made in a stage into the store: signed, where somebody is to sign. */
export async function commitProgram(
  file: string,
  signing: Signing | undefined,
  ctx: Context,
): Promise<Ref> {
  if (signing) {
    ctx.log.progress("signing an EFI program");
    const certificate = Buffer.from(signing.certificate, "base64");
    await signProgram(file, { certificate, key: keyOf(ctx) }, ctx.signal);
  }
  return (await commitFile(file, ctx)).ref;
}

/** An EFI program that is an artefact already: itself, or a signed copy of it. */
export async function placeProgram(
  program: Ref,
  signing: Signing | undefined,
  ctx: Context,
): Promise<Ref> {
  if (!signing) return program;
  const path = await ctx.materialise(program);
  return ctx.store.stage(async (folder) => {
    const copy = join(folder, "program.efi");
    await copyFile(path, copy);
    // What the store has is read-only.
    await chmod(copy, 0o644);
    return commitProgram(copy, signing, ctx);
  });
}

function keyOf({ secrets }: Context) {
  const { signingKey } = secrets ?? {};
  const key = typeof signingKey === "string" ? readSigningKey(signingKey) : undefined;
  if (!key || isRefusal(key))
    throw new InputError([
      { property: "signingKey", reason: key?.reason ?? "is given to the resource itself alone" },
    ]);
  return key;
}
