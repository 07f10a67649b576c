import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MissingToolError, ToolError } from "../errors.ts";
import { digestOf } from "../plan/canonical.ts";
import type { Runner, ToolboxName } from "./tool.ts";
import { packageList, type Toolbox } from "./toolbox.ts";

const lists = new Map<string, Promise<readonly string[]>>();

/** sha256 over the lines of a toolbox's package list that name the packages. */
export async function toolboxIdentity(
  runner: Pick<Runner, "run">,
  world: { readonly toolbox: Toolbox; readonly name?: ToolboxName; readonly storeRoot: string },
  packages: readonly string[],
): Promise<string> {
  const { imageId, tag } = world.toolbox;
  const key = `${world.storeRoot}\0${imageId}`;
  const known = lists.get(key) ?? readList(runner, world.storeRoot, imageId, world.name);
  lists.set(key, known);
  known.catch(() => lists.delete(key));
  return identityOfLines(await known, packages, tag);
}

/** The digest of the packages' lines, in the order of their names. */
export function identityOfLines(
  lines: readonly string[],
  packages: readonly string[],
  image: string,
): string {
  // dpkg-query names a library that can stand beside another architecture's as "zlib1g:amd64".
  const versions = new Map(
    lines.map((line) => line.split(/\s+/)).map(([name = "", v]) => [name.replace(/:.*/, ""), v]),
  );
  const used = [...new Set(packages)].sort().map((name) => {
    const version = versions.get(name);
    if (version) return `${name} ${version}`;
    throw new MissingToolError(`The package ${name} is not in the toolbox ${image}`, {
      hint: "add it to the toolbox's Dockerfile",
    });
  });
  return digestOf(used);
}

async function readList(
  runner: Pick<Runner, "run">,
  storeRoot: string,
  imageId: string,
  name: ToolboxName | undefined,
): Promise<readonly string[]> {
  const folder = join(storeRoot, "tools");
  const file = join(folder, `toolbox-${imageId.replace(/^sha256:/, "")}.packages`);
  const kept = await readFile(file, "utf8").catch(() => "");
  if (isWhole(kept)) return kept.split("\n");
  const text = await runner.run({
    tool: "cat",
    args: [packageList],
    purpose: "to read the versions of the tools",
    package: "coreutils",
    ...(name ? { toolbox: name } : {}),
  });
  if (!isWhole(text))
    throw new ToolError(
      `The list of the toolbox's packages arrived cut off: ${text.length} bytes`,
      {
        hint: "is the Docker engine being restarted? run pulumi up again",
      },
    );
  await mkdir(folder, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, text);
  await rename(unfinished, file);
  return text.split("\n");
}

/**
 * A client whose connection to the engine was cut may end with success and half of what the container printed. The list is sorted, and
 * dpkg itself needs zlib1g, which is next to its end.
 */
export function isWhole(list: string): boolean {
  return list.endsWith("\n") && /^zlib1g\S*\s+\S+$/m.test(list);
}
