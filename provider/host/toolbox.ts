import { readFile } from "node:fs/promises";
import { sha256 } from "../plan/canonical.ts";
import { docker, startDocker } from "./docker.ts";
import { readToEnd } from "./process.ts";

/** Where the Dockerfile of the toolbox may be, seen from this file: beside it, or in the package that it was compiled into. */
const places = ["./toolbox/Dockerfile", "../../../provider/host/toolbox/Dockerfile"];

/** The file inside the toolbox that lists its packages, one `name version` a line. */
export const packageList = "/etc/bootwright-packages";

/** The image that steps run in. */
export interface Toolbox {
  readonly tag: string;
  /** Content identity of the image, by the engine. */
  readonly imageId: string;
}

/** Finds the toolbox image, or builds it from the Dockerfile that its tag names. */
export async function openToolbox(
  options: { progress?: (text: string) => void; signal?: AbortSignal } = {},
): Promise<Toolbox> {
  const dockerfile = await readDockerfile();
  const tag = toolboxTag(dockerfile);
  const there = await imageId(tag);
  if (there) return { tag, imageId: there };
  await docker(["build", "--platform", "linux/amd64", "--tag", tag, "-"], {
    purpose: "to build the toolbox, which it does once per version of bootwright",
    input: dockerfile,
    onLine: (line) => options.progress?.(`toolbox: ${line}`),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return { tag, imageId: (await imageId(tag)) ?? "" };
}

/** The tag of a toolbox: a function of its Dockerfile's text. */
export function toolboxTag(dockerfile: string): string {
  return `bootwright-toolbox:${sha256(dockerfile).slice("sha256:".length, "sha256:".length + 12)}`;
}

async function imageId(tag: string): Promise<string | undefined> {
  const inspect = startDocker(["image", "inspect", "--format", "{{.Id}}", tag]);
  const { exitCode, stdout } = await readToEnd(inspect);
  return exitCode === 0 ? stdout.trim() : undefined;
}

async function readDockerfile(): Promise<string> {
  for (const place of places) {
    const text = await readFile(new URL(place, import.meta.url), "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  throw new Error(`the toolbox's Dockerfile is missing from the package: ${places.join(", ")}`);
}
