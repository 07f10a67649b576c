import { readFile } from "node:fs/promises";
import { MissingToolError } from "../errors.ts";
import { sha256 } from "../plan/canonical.ts";
import { docker, startDocker } from "./docker.ts";
import { despiteEngineFaults } from "./engine-fault.ts";
import { readToEnd } from "./process.ts";
import type { ToolboxName } from "./tool.ts";

/** Where the Dockerfiles of the toolboxes may be, seen from this file: beside it, or in the package that it was compiled into. */
const places = ["./toolbox/", "../../../provider/host/toolbox/"];

/** The file inside the toolbox that lists its packages, one `name version` a line. */
export const packageList = "/etc/bootwright-packages";

/** The image that steps run in. */
export interface Toolbox {
  readonly tag: string;
  /** Content identity of the image, by the engine. */
  readonly imageId: string;
}

/** What {@link lookAhead} finds. */
let ahead: ReturnType<typeof findToolbox> | undefined;

/** Begins to look for the toolbox, which takes the client 50 ms, before the first step asks for it. */
export function lookAhead(): void {
  ahead ??= findToolbox();
  // Who opens it hears of a failure.
  ahead.catch(() => {});
}

/** Finds a toolbox's image, or builds it from the Dockerfile that its tag names. */
export async function openToolbox(
  options: { name?: ToolboxName; progress?: (text: string) => void; signal?: AbortSignal } = {},
): Promise<Toolbox> {
  const { name } = options;
  const dockerfile = await readDockerfile(name);
  const { tag, imageId: there } = await ((name ? undefined : ahead) ?? findToolbox(name));
  if (there) return { tag, imageId: there };
  const build = () =>
    docker(["build", "--platform", "linux/amd64", "--tag", tag, "-"], {
      purpose: `to build the ${name ? `${name} ` : ""}toolbox, which it does once per version of bootwright`,
      input: dockerfile,
      onLine: (line) => options.progress?.(`${name ? `${name} ` : ""}toolbox: ${line}`),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  await despiteEngineFaults(build);
  const built = await imageId(tag);
  if (built) return { tag, imageId: built };
  throw new MissingToolError(`The toolbox ${tag} was built, but the engine does not have it`, {
    hint: "the builder may keep what it builds: docker buildx use default, and unset BUILDX_BUILDER",
  });
}

/** What a toolbox's image is called here, and its identity when it has been built. */
export async function findToolbox(name?: ToolboxName): Promise<Partial<Toolbox> & { tag: string }> {
  const tag = toolboxTag(await readDockerfile(name));
  const there = await imageId(tag);
  return there ? { tag, imageId: there } : { tag };
}

/** The tag of a toolbox: a function of its Dockerfile's text. */
export function toolboxTag(dockerfile: string): string {
  return `bootwright-toolbox:${sha256(dockerfile).slice("sha256:".length, "sha256:".length + 12)}`;
}

async function imageId(tag: string): Promise<string | undefined> {
  const inspect = startDocker(["image", "inspect", "--format", "{{.Id}}", tag]);
  const { exitCode, stdout } = await readToEnd(inspect);
  return (exitCode === 0 && stdout.trim()) || undefined;
}

async function readDockerfile(name?: ToolboxName): Promise<string> {
  const file = name ? `${name}.Dockerfile` : "Dockerfile";
  for (const place of places) {
    const found = await readFile(new URL(place + file, import.meta.url), "utf8").catch(() => "");
    if (found !== "") return found;
  }
  throw new Error(`the toolbox's ${file} is missing from the package: ${places.join(", ")}`);
}
