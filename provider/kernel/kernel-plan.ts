import * as z from "zod";
import type { Ref } from "../plan/ref.ts";
import { builtInPath } from "./built-in-initramfs.ts";
import { type BaseConfig, type OptionValue, sourceInputs } from "./kernel-schema.ts";
import { presets } from "./presets.ts";

const schema = z.strictObject(sourceInputs);
/** The inputs of a kernel from source. */
export type SourceInputs = z.output<typeof schema>;

/** Everything that decides the bytes of a kernel from source. */
export interface KernelBuild {
  readonly source: NonNullable<SourceInputs["source"]>;
  readonly platform: "linux/amd64";
  readonly base: BaseConfig | undefined;
  readonly configFile: string | undefined;
  /** In the order of their names: the order in which they were given decides nothing. */
  readonly options: readonly OptionValue[];
  readonly patches: readonly string[];
  /** What is built into the kernel; its path stands among the options. */
  readonly initramfs?: Ref;
  readonly observed: NonNullable<SourceInputs["observed"]>;
}

/** The plan of a kernel from source; an option of `options` goes before the same one of the preset. */
export function planBuild(
  inputs: SourceInputs & { source: NonNullable<SourceInputs["source"]> },
): KernelBuild {
  const { source, preset, baseConfig, configFile, patches = [], initramfs, observed = {} } = inputs;
  const chosen = preset && presets[preset];
  const builtIn = initramfs ? [{ name: "INITRAMFS_SOURCE", value: builtInPath }] : [];
  const all = [...(chosen?.options ?? []), ...(inputs.options ?? []), ...builtIn];
  const wanted = new Map(all.map((option) => [option.name, option]));
  const sorted = [...wanted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, option]) => option);
  const { platform = "linux/amd64", ...rest } = source;
  return {
    source: source.package ? { image: "debian:12", ...rest } : rest,
    platform,
    base: chosen?.base ?? baseConfig,
    configFile,
    options: sorted,
    patches,
    ...(initramfs && { initramfs }),
    observed,
  };
}
