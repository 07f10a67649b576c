import { constants, copyFile, lstat, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, ToolError } from "../../errors.ts";
import { inOnePlace, type RunInPlace } from "../../host/one-place.ts";
import { processors } from "../../host/processors.ts";
import type { KernelBuild } from "../../kernel/kernel-plan.ts";
import { compiledFile, imagePath, makeArguments } from "../../kernel/make-arguments.ts";
import type { Ref } from "../../plan/ref.ts";
import type { Context } from "../../resource.ts";
import { commitFile } from "../../store/commit-file.ts";
import { configure, readInside } from "./kernel-config.ts";
import { demandHostTools } from "./kernel-host-tools.ts";
import { buildIn } from "./kernel-initramfs.ts";
import { copySource, sourceTarball, storeInput } from "./kernel-source.ts";

/** A kernel that was built from source. */
export interface BuiltKernel {
  readonly ref: Ref;
  readonly version: string;
  readonly path: "";
  readonly sizeBytes: number;
  readonly config: Ref;
  readonly configDigest: string;
  readonly sourceSha256?: string;
}

/** Builds a kernel from source, without privilege and without network; `jobs` decides how fast and no byte. */
export async function buildKernel(
  build: KernelBuild,
  ctx: Context,
  jobs = processors(),
): Promise<BuiltKernel> {
  demandPlainPath(ctx.store.root);
  const tarball = await sourceTarball(build, ctx);
  const patches: string[] = [];
  for (const [i, path] of build.patches.entries())
    patches.push(await storeInput(path, `patches[${i}]`, build.observed.patches?.[i], ctx));
  const { configFile, observed } = build;
  const given =
    configFile && (await storeInput(configFile, "configFile", observed.configFile, ctx));
  const at = (digest: string) => ctx.store.path("file", digest);
  const config = given ? await readFile(at(given), "utf8") : undefined;

  return ctx.store.stage(async (stage) => {
    const folder = join(stage, "linux");
    await mkdir(folder);
    if (!tarball) await copySource(build, folder, ctx);
    const place = { writes: stage, toolbox: "kernel", signal: ctx.signal } as const;
    return inOnePlace(ctx.runner, place, async (run) => {
      try {
        if (ctx.runner.kind === "host") await demandHostTools(run);
        await (tarball ? unpack(at(tarball), folder, run, ctx) : clean(build, folder, run));
        for (const [i, patch] of patches.entries())
          await applyPatch(at(patch), { folder, given: build.patches[i] ?? "", i }, run);
        ctx.log.progress("configuring");
        const final = await configure(build, folder, run, ctx, config);
        if (build.initramfs) await buildIn(build.initramfs, folder, final, ctx);
        await compile(build, folder, jobs, run, ctx);
        const built = await collect(build, folder, stage, ctx);
        return { ...built, ...(tarball ? { sourceSha256: tarball.slice("sha256:".length) } : {}) };
      } finally {
        // Where it was made, by who made it: a hundred thousand files need no new owner to be removed. What fails here must not hide why the build did.
        if (!ctx.signal.aborted) await run(removal(folder), { mayFail: true });
      }
    });
  });
}

/** The kernel's Makefile takes no others. */
function demandPlainPath(root: string): void {
  if (/[\s:]/.test(root))
    throw new InputError([
      {
        property: "source",
        reason: `a kernel cannot be built in a folder with spaces or colons in its path: "${root}" (set BOOTWRIGHT_STORE to another)`,
      },
    ]);
}

async function unpack(tarball: string, folder: string, run: RunInPlace, ctx: Context) {
  ctx.log.progress("unpacking the source");
  const how = ["--strip-components=1", "--no-same-owner", "--no-same-permissions"];
  const outcome = await run(
    {
      tool: "tar",
      args: ["--extract", "--file", tarball, "--directory", folder, ...how],
      purpose: "to unpack the kernel's source",
      package: "tar",
    },
    { mayFail: true },
  );
  if (outcome.exitCode !== 0)
    throw new InputError([
      { property: "source", reason: `is no tarball: ${outcome.lastLines.slice(-2).join("; ")}` },
    ]);
}

/** What was built in a folder before must not be taken for a result of this build. */
async function clean(build: KernelBuild, folder: string, run: RunInPlace): Promise<void> {
  await run({
    tool: "make",
    args: makeArguments(folder, build.platform, ["mrproper"]),
    purpose: "to clean the copy of the kernel's source",
    package: "make",
  });
}

async function applyPatch(
  patch: string,
  { folder, given, i }: { folder: string; given: string; i: number },
  run: RunInPlace,
): Promise<void> {
  const how = ["--strip=1", "--batch", "--forward", "--no-backup-if-mismatch"];
  const { exitCode, stdout, lastLines } = await run(
    {
      tool: "patch",
      args: [`--directory=${folder}`, ...how, `--input=${patch}`],
      purpose: "to patch the kernel's source",
      package: "patch",
    },
    { mayFail: true },
  );
  if (exitCode === 0) return;
  const said = [...stdout.trim().split("\n"), ...lastLines].slice(-5).join("; ");
  throw new InputError([
    { property: `patches[${i}]`, reason: `"${given}" does not apply: ${said}` },
  ]);
}

async function compile(
  build: KernelBuild,
  folder: string,
  jobs: number,
  run: RunInPlace,
  { log }: Context,
): Promise<void> {
  let files = 0;
  const onLine = (line: string) => {
    const file = compiledFile(line);
    if (file) log.progress(`compiling: ${++files} files, ${file}`);
  };
  const args = makeArguments(folder, build.platform, [`-j${jobs}`, "bzImage"]);
  await run({ tool: "make", args, purpose: "to build the kernel", package: "make" }, { onLine });
}

async function collect(build: KernelBuild, folder: string, stage: string, ctx: Context) {
  const version = (await readInside(folder, "include/config/kernel.release"))?.trim() ?? "";
  if (!/^[\w.+~-]{1,64}$/.test(version))
    throw new ToolError(`The build gave the kernel no version, but "${version}"`);
  const image = await commitCopy(join(folder, imagePath[build.platform]), stage, ctx);
  const config = await commitCopy(join(folder, ".config"), stage, ctx);
  return {
    ref: image.ref,
    version,
    path: "",
    sizeBytes: image.sizeBytes,
    config: config.ref,
    configDigest: config.ref.digest,
  } as const;
}

/** A copy belongs to the caller whoever made the file; a link in its place may lead anywhere. */
async function commitCopy(from: string, stage: string, ctx: Context) {
  const stats = await lstat(from);
  if (!stats.isFile()) throw new ToolError(`The build made something other than a file: ${from}`);
  const file = join(stage, "result");
  await copyFile(from, file, constants.COPYFILE_FICLONE);
  return commitFile(file, ctx);
}

function removal(folder: string) {
  return {
    tool: "rm",
    args: ["--recursive", "--force", folder],
    purpose: "to remove the kernel's source",
    package: "coreutils",
  };
}
