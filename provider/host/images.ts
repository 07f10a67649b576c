import { execa } from "execa";
import { dockerClient } from "./docker.ts";

/** The digest of an image in the engine; undefined when the engine has none of that name or does not answer. */
export async function imageId(reference: string): Promise<string | undefined> {
  const args = ["image", "inspect", "--format", "{{.Id}}", "--", reference];
  const { stdout, failed } = await execa(dockerClient(), args, { reject: false });
  return failed ? undefined : stdout.trim();
}
