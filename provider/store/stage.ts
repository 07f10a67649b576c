import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { fateOf, processOwner } from "../host/owner.ts";
import { sha256 } from "../plan/canonical.ts";

let known: Promise<{ realm: string; short: string; rest: string[] }> | undefined;

/** Makes a temporary folder in a store. Its name says whose it is, in few characters: a viewer may have to open a socket in it (unix(7): 107 bytes). */
export async function makeStage(root: string): Promise<string> {
  const { short, rest } = await self();
  return mkdtemp(join(root, "stages", `${[short, ...rest].join("_")}-`));
}

/** What has become of the process that a stage's name says; of other containers and machines, where processes have the same numbers, nobody here knows. */
export async function fateOfStage(name: string): Promise<"lives" | "gone" | "unknown"> {
  const { realm, short } = await self();
  const [place, ...rest] = name.slice(0, name.lastIndexOf("-")).split("_");
  return place === short ? fateOf([realm, ...rest].join("/")) : "unknown";
}

function self(): NonNullable<typeof known> {
  known ??= processOwner().then((owner) => {
    const [boot, namespace, ...rest] = owner.split("/");
    const realm = `${boot}/${namespace}`;
    return { realm, short: sha256(realm).slice("sha256:".length, "sha256:".length + 8), rest };
  });
  return known;
}
