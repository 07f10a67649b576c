import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listImages } from "./images.ts";
import { root } from "./paths.ts";
import type { Say } from "./progress.ts";
import { run } from "./run.ts";

const folder = join(root, "provider/host/toolbox");

/** The toolbox image's name: another Dockerfile is another image. */
export function nameToolbox(dockerfile: Buffer): string {
  const digest = createHash("sha256").update(dockerfile).digest("hex");
  return `bootwright-toolbox:${digest.slice(0, 12)}`;
}

/** Builds the image of the tools that the provider's steps run. */
export async function setUpToolbox(client: string, say: Say): Promise<string> {
  const image = nameToolbox(readFileSync(join(folder, "Dockerfile")));
  if (!(await listImages(client)).has(image)) {
    say(`building ${image}, because steps run its tools`);
    await run([client, "buildx", "build", "--load", "--tag", image, folder], {
      hint: "the toolbox installs Debian packages: check that containers reach the mirror",
    });
  }
  return `${image}, the tools that steps run`;
}
