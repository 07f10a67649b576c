import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { sdkGenerator, setUpLanguages } from "./setup/pulumi-languages.ts";

const root = join(import.meta.dirname, "..");

/** The SDKs of Python and Go by Pulumi's own generators, in a folder of their own. */
export async function withSdks<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-sdks-"));
  try {
    await execa(sdkGenerator, [join(root, "schema.json"), folder]);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every file below a folder, by its path in it. */
export async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const texts = files.map(async (file) => [
    file.slice(folder.length + 1),
    await readFile(file, "utf8"),
  ]);
  return Object.fromEntries(await Promise.all(texts));
}

/** What is no longer generated goes; beside it lies what a package needs and no generator writes. */
async function writeSdks(folder: string): Promise<void> {
  for (const part of ["python/pulumi_bootwright", "go/bootwright"])
    await rm(join(root, "sdk", part), { recursive: true, force: true });
  await cp(folder, join(root, "sdk"), { recursive: true });
}

if (import.meta.main) {
  await setUpLanguages(console.error);
  await withSdks(writeSdks);
}
