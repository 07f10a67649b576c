import { createHash } from "node:crypto";
import { execa } from "execa";
import { dockerClient } from "../../../provider/host/docker.ts";

/** Names of the containers of a store's steps, running or not, as the engine tells them. */
export async function containersOf(storeRoot: string): Promise<string[]> {
  const store = createHash("sha256").update(storeRoot).digest("hex").slice(0, 12);
  const filter = `label=org.bootwright.step=${store}`;
  const args = ["ps", "--all", "--filter", filter, "--format", "{{.Names}}"];
  const { stdout } = await execa(dockerClient(), args);
  return stdout.split("\n").filter(Boolean);
}
