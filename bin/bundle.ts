import { rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

/** What Pulumi has loaded already in the process that the dynamic face is loaded into. */
const loadedByPulumi = ["@pulumi/*", "@grpc/*", "google-protobuf"];

/** Bundles a face of the provider into a folder, because reading one file takes half the time of reading hundreds. */
export async function bundleFace(
  face: string,
  folder: string,
  external: readonly string[] = [],
): Promise<void> {
  await build({
    entryPoints: [join(root, "provider/faces", `${face}.ts`)],
    outdir: folder,
    external: [...external],
    bundle: true,
    // What is loaded only when it is needed, such as a cloud's SDK, stays in files of its own.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // Errors and state name classes and functions.
    minifyWhitespace: true,
    logLevel: "error",
    // CommonJS packages ask for Node's modules by require, which a module does not have.
    banner: {
      js: 'import{createRequire as makeRequire}from"node:module";const require=makeRequire(import.meta.url);',
    },
  });
}

/** Bundles the two faces into dist/, beside what the compiler wrote there. */
export async function bundleFaces(): Promise<void> {
  const folder = join(root, "dist/provider/bundle");
  await rm(folder, { recursive: true, force: true });
  await bundleFace("dynamic", folder, loadedByPulumi);
  await bundleFace("plugin-main", folder);
}

if (import.meta.main) await bundleFaces();
