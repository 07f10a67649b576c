import { createReadStream } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ContentError } from "../errors.ts";
import { parseConfig } from "../kernel/config-file.ts";
import type { Readiness } from "../plan/readiness.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { findKernels } from "../tree/kernels.ts";
import { loadTree } from "../tree/object.ts";
import { entriesByPath, extractFile, findEntry, readTreeFile } from "../tree/read-file.ts";
import type { Entry, Tree } from "../tree/types.ts";
import { driverFindings, type KernelFacts, modulesIn } from "./drivers.ts";
import { type Finding, findingText } from "./findings.ts";
import { initrdNames } from "./initrd-names.ts";
import { releaseIn } from "./kernel-release.ts";
import { leftBehind } from "./left-behind.ts";
import { networkFile } from "./network.ts";
import { keyMakers, systemFindings } from "./system.ts";
import { type TargetName, targets } from "./targets.ts";

/** What decides a readiness check. */
export interface ReadinessPlan {
  readonly target: TargetName;
  readonly tree: Ref;
  readonly initrd?: Ref | undefined;
  readonly kernelConfig?: Ref | undefined;
  readonly kernelVersion?: string | undefined;
  readonly commandLine: string;
  readonly consoles: readonly string[];
}

/** Keys and logins are shorter than this. */
const textBytes = 1 << 20;
const databaseBytes = 64 << 20;
/** What `systemctl enable` links, or a package does. */
const wantedUnit = /^(?:etc|(?:usr\/)?lib)\/systemd\/system\/[^/]+\.(?:wants|requires)\/([^/]+)$/;

/** Looks at a tree, its kernel and its initrd; errors are thrown all at once, warnings are told and returned. */
export async function checkReadiness(
  plan: ReadinessPlan,
  ctx: Context,
): Promise<{ readiness: Readiness; warnings: Finding[] }> {
  const target = targets[plan.target];
  const tree = await loadTree(await ctx.materialise(plan.tree));
  const findings = [
    ...driverFindings(target, await kernelFacts(plan, tree, ctx)),
    ...systemFindings(target, await systemFacts(plan, tree, ctx)),
    ...(await leftBehind(entriesByPath(tree).values(), (entry) => textOf(tree, entry, ctx))),
  ];
  const warnings = findings.filter(({ level }) => level === "warning");
  for (const warning of warnings) ctx.log.warn(findingText(warning));
  const errors = findings.filter(({ level }) => level === "error");
  if (errors.length > 0)
    throw new ContentError(
      `The machine is not ready for ${target.title}:\n${errors.map(findingText).join("\n")}`,
    );
  return { readiness: { tree: plan.tree.digest, target: plan.target }, warnings };
}

function textOf(
  tree: Tree,
  { path, size }: Entry,
  { store }: Context,
): Promise<string | undefined> {
  if (size > textBytes) return Promise.resolve(undefined);
  const sourcePath = (source: string) => store.path("layer", source);
  return readTreeFile(tree, path, sourcePath).then((bytes) => bytes?.toString("latin1"));
}

async function systemFacts(plan: ReadinessPlan, tree: Tree, ctx: Context) {
  const network = new Map<string, string>();
  const started = new Set<string | undefined>();
  let hostKeys = false;
  for (const [path, entry] of entriesByPath(tree)) {
    if (networkFile.test(path)) network.set(path, (await textOf(tree, entry, ctx)) ?? "");
    started.add(wantedUnit.exec(path)?.[1]);
    hostKeys ||= /^etc\/ssh\/ssh_host_[^/]*_key$/.test(path);
    if (keyMakers.test(path))
      hostKeys ||= /ssh-keygen|sshd-keygen/.test((await textOf(tree, entry, ctx)) ?? "");
  }
  const read = async (path: string) => {
    const entry = findEntry(tree, path);
    return (entry && (await textOf(tree, entry, ctx))) ?? "";
  };
  return {
    commandLine: [
      ...plan.commandLine.split(/\s+/),
      ...plan.consoles.map((console) => `console=${console}`),
    ],
    fstab: await read("etc/fstab"),
    passwd: await read("etc/passwd"),
    shadow: await read("etc/shadow"),
    has: (path: string) => findEntry(tree, path) !== undefined,
    starts: (unit: string) => started.has(unit),
    hostKeys,
    network,
  };
}

async function kernelFacts(plan: ReadinessPlan, tree: Tree, ctx: Context): Promise<KernelFacts> {
  const sourcePath = (source: string) => ctx.store.path("layer", source);
  const bytes = (path: string) => readTreeFile(tree, path, sourcePath, databaseBytes);
  const text = async (path: string) => (await bytes(path))?.toString() ?? "";
  const kernel = kernelOf(plan, tree);
  const isThere = (release: string) => findEntry(tree, `lib/modules/${release}`) !== undefined;
  const named = kernel?.version ?? plan.kernelVersion ?? "";
  // A kernel that is called by its flavour alone says itself of which release it is.
  const said = kernel && !isThere(named) ? releaseIn(await bytes(kernel.path)) : undefined;
  const version = said ?? (kernel || isThere(named) ? named : "");
  const config = plan.kernelConfig
    ? await readFile(await ctx.materialise(plan.kernelConfig), "utf8")
    : (await text(`boot/config-${version}`)) || (await text(`boot/config-${named}`));
  const folder = findEntry(tree, `lib/modules/${version}`)?.path;
  const inFolder = [...entriesByPath(tree).keys()].filter(
    (path) => version !== "" && folder !== undefined && path.startsWith(`${folder}/`),
  );
  const initrd = await initrdFacts(plan, { tree, version, path: kernel?.initrdPath }, ctx);
  return {
    version,
    builtIn: modulesIn((await text(`lib/modules/${version}/modules.builtin`)).split("\n")),
    modules: modulesIn(inFolder),
    ...(config !== "" && { config: parseConfig(config) }),
    ...(initrd && { initrd }),
  };
}

/** The kernel of the tree that is started; undefined where another is, of which only the configuration is known. */
function kernelOf({ kernelVersion, kernelConfig }: ReadinessPlan, tree: Tree) {
  const kernels = findKernels(tree);
  if (kernelVersion) return kernels.find(({ version }) => version === kernelVersion);
  return kernelConfig ? undefined : kernels[0];
}

async function initrdFacts(
  { initrd }: ReadinessPlan,
  { tree, version, path }: { tree: Tree; version: string; path: string | undefined },
  ctx: Context,
): Promise<KernelFacts["initrd"]> {
  if (!initrd && path === undefined) return undefined;
  ctx.log.progress("reading the initrd");
  return ctx.store.stage(async (folder) => {
    const file = initrd ? await ctx.materialise(initrd) : join(folder, "initrd");
    const sourcePath = (source: string) => ctx.store.path("layer", source);
    if (!initrd) await extractFile(tree, path!, file, sourcePath, ctx.signal);
    try {
      const names = await initrdNames(file, (offset) => unxz(file, offset, folder, ctx));
      return { modules: modulesIn(names.filter((name) => servesKernel(name, version))) };
    } catch (error) {
      if (!(error instanceof ContentError)) throw error;
      return { unreadable: error.message };
    }
  });
}

/** Modules of another kernel cannot be loaded. */
function servesKernel(name: string, version: string): boolean {
  const of = /(?:^|\/)lib\/modules\/([^/]+)\//.exec(name)?.[1];
  return version === "" || of === undefined || of === version;
}

/** xz by its own tool, as Node has none: what is behind an uncompressed archive goes into a file first. */
async function* unxz(file: string, offset: number, folder: string, ctx: Context) {
  const packed = join(folder, "rest.xz");
  const out = await open(packed, "wx");
  await pipeline(createReadStream(file, { start: offset }), out.createWriteStream());
  await ctx.runner.run(
    {
      ...{ tool: "xz", args: ["--decompress", "--quiet", packed], package: "xz-utils" },
      ...{ purpose: "to look into the initrd", writes: folder },
    },
    { signal: ctx.signal },
  );
  const unpacked = join(folder, "rest");
  await stat(unpacked);
  yield* createReadStream(unpacked) as AsyncIterable<Buffer>;
}
