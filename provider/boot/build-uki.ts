import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { commitProgram, type Signing } from "./efi-program.ts";
import { demandSections } from "./uki-sections.ts";

/** Kernel, initrd and command line that become one EFI program, and where it goes on the ESP. */
export interface UkiPlan {
  readonly path: string;
  readonly kernel: Ref;
  readonly initrd?: Ref | undefined;
  readonly commandLine: string;
  readonly osRelease: string;
}

/** A unified kernel image (UAPI specification) by ukify: the same parts give the same bytes. */
export async function buildUki(
  plan: UkiPlan,
  signing: Signing | undefined,
  ctx: Context,
): Promise<Ref> {
  const { kernel, initrd, commandLine, osRelease } = plan;
  const kernelFile = await ctx.materialise(kernel);
  const initrdFile = initrd && (await ctx.materialise(initrd));
  return ctx.store.stage(async (folder) => {
    const file = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    const commandLineFile = await file("cmdline", commandLine);
    // Without this it is the toolbox's own.
    const osReleaseFile = await file("os-release", osRelease);
    const out = join(folder, "uki.efi");
    const args = [
      ...["build", `--linux=${kernelFile}`, ...(initrdFile ? [`--initrd=${initrdFile}`] : [])],
      ...[`--cmdline=@${commandLineFile}`, `--os-release=@${osReleaseFile}`],
      ...["--efi-arch=x64", `--output=${out}`],
    ];
    ctx.log.progress("packing the unified kernel image");
    const { runner, signal } = ctx;
    const purpose = "to pack a unified kernel image";
    await runner.run(
      { tool: "ukify", args, purpose, writes: folder, package: "systemd-ukify" },
      { signal },
    );
    await demandSections(
      out,
      { ".linux": kernelFile, ...(initrdFile && { ".initrd": initrdFile }) },
      signal,
    );
    return commitProgram(out, signing, ctx);
  });
}
