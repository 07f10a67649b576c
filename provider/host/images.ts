import { startDocker } from "./docker.ts";
import { readToEnd } from "./process.ts";

/** The digest of an image in the engine; undefined when the engine has none of that name or does not answer. */
export async function imageId(reference: string): Promise<string | undefined> {
  const inspect = startDocker(["image", "inspect", "--format", "{{.Id}}", "--", reference]);
  const { exitCode, stdout } = await readToEnd(inspect);
  return exitCode === 0 ? stdout.trim() : undefined;
}
