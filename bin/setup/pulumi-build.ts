import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { run, tryRun } from "./run.ts";

interface GoModule {
  readonly path: string;
  readonly version: string;
}

/** The newest versions that the Go module proxy serves and that work with each other. */
const cli: GoModule = { path: "github.com/pulumi/pulumi/pkg/v3", version: "v3.250.0" };
const sdk: GoModule = { path: "github.com/pulumi/pulumi/sdk/v3", version: "v3.60.0" };

const yaml: GoModule = { path: "github.com/pulumi/pulumi-yaml", version: "v1.10.0" };

/** Programs that stand in one folder and make up the CLI for TypeScript programs. */
const programs = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"] as const;

/** True when a `go env GOVERSION` such as "go1.26.1" can build the CLI. */
export function isNewEnoughGo(version: string): boolean {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 25);
}

/** True when this machine has a Go that can build the CLI. */
export async function hasGo(): Promise<boolean> {
  return isNewEnoughGo((await tryRun(["go", "env", "GOVERSION"])) ?? "");
}

/** The replacement is the CLI's own; a module that depends on it does not inherit it. */
function writeGoMod(module: GoModule): string {
  return [
    "module bootwright-tools",
    "go 1.25.11",
    `require ${module.path} ${module.version}`,
    "replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e",
    "",
  ].join("\n");
}

/** The user's Go caches where there are any, else passing ones: they would keep gigabytes for one build. */
async function chooseCaches(stage: string): Promise<Record<string, string>> {
  const usual = await tryRun(["go", "env", "GOMODCACHE"]);
  if (usual && existsSync(usual)) return {};
  return { GOMODCACHE: join(stage, "modules"), GOCACHE: join(stage, "objects") };
}

/** Starts a Go module around another one and gives a way to run go in it. */
async function makeModule(folder: string, module: GoModule, caches: Record<string, string>) {
  await mkdir(folder);
  await writeFile(join(folder, "go.mod"), writeGoMod(module));
  const flags = "-mod=mod -modcacherw -buildvcs=false -trimpath";
  const env = { ...caches, GOFLAGS: flags, GOWORK: "off", CGO_ENABLED: "0" };
  return (...args: string[]) =>
    run(["go", ...args], { cwd: folder, env, hint: "check that go reaches its module proxy" });
}

/** Builds the CLI and what it needs for TypeScript into a folder, which appears only when it is whole. */
export async function buildPulumi(bin: string): Promise<void> {
  await mkdir(join(bin, ".."), { recursive: true });
  const stage = await mkdtemp(`${bin}-`);
  try {
    const caches = await chooseCaches(stage);
    const out = join(stage, "bin");
    const [pulumi, language, dynamic] = programs;
    const goCli = await makeModule(join(stage, "cli"), cli, caches);
    // Without its version the Automation API refuses the CLI.
    const version = `-X ${sdk.path}/go/common/version.Version=${cli.version}`;
    const flags = ["-ldflags", `-s -w ${version}`];
    await goCli("build", ...flags, "-o", join(out, pulumi), `${cli.path}/cmd/pulumi`);
    const goSdk = await makeModule(join(stage, "sdk"), sdk, caches);
    const host = `${sdk.path}/nodejs/cmd/${language}`;
    await goSdk("build", "-ldflags", "-s -w", "-o", join(out, language), host);
    const sources = (await goSdk("list", "-m", "-f", "{{.Dir}}", sdk.path)).trim();
    await copyFile(join(sources, "nodejs/dist", dynamic), join(out, dynamic));
    await chmod(join(out, dynamic), 0o755);
    await rm(bin, { recursive: true, force: true });
    await rename(out, bin);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Builds what runs YAML programs into a folder, which appears only when it is whole. */
export async function buildYamlHost(bin: string): Promise<void> {
  await mkdir(join(bin, ".."), { recursive: true });
  const stage = await mkdtemp(`${bin}-`);
  try {
    const out = join(stage, "bin");
    const go = await makeModule(join(stage, "yaml"), yaml, await chooseCaches(stage));
    const program = "pulumi-language-yaml";
    await go("build", "-ldflags", "-s -w", "-o", join(out, program), `${yaml.path}/cmd/${program}`);
    await rm(bin, { recursive: true, force: true });
    await rename(out, bin);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Builds what runs Python and Go programs, and what writes their SDKs, into a folder, which appears only when it is whole. */
export async function buildLanguages(bin: string): Promise<void> {
  await mkdir(join(bin, ".."), { recursive: true });
  const stage = await mkdtemp(`${bin}-`);
  try {
    const caches = await chooseCaches(stage);
    const out = join(stage, "bin");
    const goSdk = await makeModule(join(stage, "sdk"), sdk, caches);
    const hosts = [
      `${sdk.path}/python/cmd/pulumi-language-python`,
      `${sdk.path}/go/pulumi-language-go`,
    ];
    for (const host of hosts)
      await goSdk("build", "-ldflags", "-s -w", "-o", join(out, basename(host)), host);
    const executor = "pulumi-language-python-exec";
    const sources = (await goSdk("list", "-m", "-f", "{{.Dir}}", sdk.path)).trim();
    await copyFile(join(sources, "python/cmd", executor), join(out, executor));
    await chmod(join(out, executor), 0o755);
    const folder = join(stage, "sdks");
    const goSdks = await makeModule(folder, cli, caches);
    await copyFile(join(import.meta.dirname, "../sdks/main.go"), join(folder, "main.go"));
    await goSdks("build", "-ldflags", "-s -w", "-o", join(out, "bootwright-sdks"), ".");
    await rm(bin, { recursive: true, force: true });
    await rename(out, bin);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}
