import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";

/** A folder with a docker client of an engine that answers as scripts say; {@link dispose} ends that. */
export async function fakeClient() {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  const client = join(folder, "docker");
  vi.stubEnv("BOOTWRIGHT_DOCKER", client);
  return {
    folder,
    async answer(script: string): Promise<void> {
      await writeFile(client, `#!/bin/sh\n${script}\n`);
      await chmod(client, 0o755);
    },
    async dispose(): Promise<void> {
      vi.useRealTimers();
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true });
    },
  };
}
