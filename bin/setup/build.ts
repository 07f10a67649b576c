import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleFaces } from "../bundle.ts";
import { root, work } from "./paths.ts";
import type { Say } from "./progress.ts";
import { run } from "./run.ts";

const sources = [
  "provider",
  "sdk",
  "bin/bundle.ts",
  "tsconfig.json",
  "tsconfig.build.json",
  "package.json",
];

/** The latest change in a file or folder, whatever is in it; a removed file changes its folder. */
function findLatestChange(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const inside = readdirSync(path).map((name) => findLatestChange(join(path, name)));
  return Math.max(stat.mtimeMs, ...inside);
}

/** Compiles the sources to dist/, which Pulumi's providers are loaded from, unless nothing changed. */
export async function buildSources(say: Say): Promise<string> {
  const stamp = join(work, "built");
  const present = sources.map((path) => join(root, path)).filter((path) => existsSync(path));
  const changed = Math.max(...present.map(findLatestChange));
  const isBuilt =
    existsSync(join(root, "dist")) && existsSync(stamp) && statSync(stamp).mtimeMs > changed;
  if (isBuilt) return "dist/ is up to date";
  say("compiling to dist/, because sources changed");
  const started = new Date();
  await run([join(root, "node_modules/.bin/tsc"), "-p", "tsconfig.build.json"], {
    cwd: root,
    hint: "correct the sources: npx tsc --noEmit",
  });
  await bundleFaces();
  await mkdir(work, { recursive: true });
  await writeFile(stamp, "");
  await utimes(stamp, started, started);
  return "compiled to dist/";
}
