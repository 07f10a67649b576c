import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { dockerClient } from "../../provider/host/docker.ts";
import { type Listing, readListing } from "./listing.ts";

const run = promisify(execFile);

/**
 * What the engine says is in the image of a build context, with nothing of ours involved: a container made from the image
 * lists the image, mounted read-only into it. Mounted, because the engine covers /etc/hostname, /etc/hosts,
 * /etc/resolv.conf, /dev, /proc and /sys of the container itself.
 */
export async function imageListing(context: string, folder: string): Promise<Listing> {
  const text = await readFile(join(context, "Dockerfile"), "utf8");
  const dockerfile = join(folder, "Dockerfile.listing");
  await writeFile(dockerfile, text.replace(/^FROM (\S+)$/m, "FROM $1 AS image") + listingStages);
  const out = join(folder, "listing");
  await run(
    dockerClient(),
    [
      ...["buildx", "build", "--platform", "linux/amd64", "--provenance=false"],
      ...["--file", dockerfile, "--build-context", `scripts=${import.meta.dirname}`],
      ...["--output", `type=local,dest=${out}`, context],
    ],
    { maxBuffer: 2 ** 28 },
  );
  return readListing(out);
}

const listingStages = `
FROM image AS list
RUN ["apt-get", "update"]
RUN ["apt-get", "-y", "install", "attr"]
RUN ["mkdir", "/listing"]
RUN --mount=type=bind,from=image,target=/image \\
    --mount=type=bind,from=scripts,target=/scripts \\
    ["/scripts/list-tree", "/image", "/listing"]
FROM scratch
COPY --from=list /listing /
`;
