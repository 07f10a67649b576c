import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../errors.ts";
import { efiProblem } from "../plan/efi-image.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";

/** Kernel, initrd and command line that become one EFI program, and where it goes on the ESP. */
export interface UkiPlan {
  readonly path: string;
  readonly kernel: Ref;
  readonly initrd?: Ref | undefined;
  readonly commandLine: string;
  readonly osRelease: string;
}

/** A unified kernel image (UAPI specification) by ukify: the same parts give the same bytes. */
export async function buildUki(plan: UkiPlan, ctx: Context): Promise<Uint8Array> {
  const { kernel, initrd, commandLine, osRelease } = plan;
  const kernelFile = await ctx.materialise(kernel);
  const initrdFile = initrd && (await ctx.materialise(initrd));
  return ctx.store.stage(async (folder) => {
    const file = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return `@${join(folder, name)}`;
    };
    const out = join(folder, "uki.efi");
    const args = [
      ...["build", `--linux=${kernelFile}`, ...(initrdFile ? [`--initrd=${initrdFile}`] : [])],
      `--cmdline=${await file("cmdline", commandLine)}`,
      // Without this it is the toolbox's own.
      `--os-release=${await file("os-release", osRelease)}`,
      ...["--efi-arch=x64", `--output=${out}`],
    ];
    ctx.log.progress("packing the unified kernel image");
    const { runner, signal } = ctx;
    const purpose = "to pack a unified kernel image";
    await runner.run(
      { tool: "ukify", args, purpose, writes: folder, package: "systemd-ukify" },
      { signal },
    );
    const bytes = await readFile(out);
    await verify(bytes, [kernelFile, ...(initrdFile ? [initrdFile] : [])]);
    return bytes;
  });
}

/** What is in it, byte for byte: an exit code of 0 says only that ukify came to its end. */
async function verify(uki: Buffer, parts: readonly string[]): Promise<void> {
  const problem = efiProblem(uki);
  if (problem) throw new ToolError(`ukify made no EFI program: ${problem}`);
  for (const part of parts)
    if (!uki.includes(await readFile(part)))
      throw new ToolError(`ukify made a unified kernel image that does not hold ${part}`);
}
