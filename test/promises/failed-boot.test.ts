import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BlobServiceClient } from "@azure/storage-blob";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dockerClient } from "../../provider/host/docker.ts";
import { storeLabel, storeName } from "../../provider/host/reap.ts";
import { startAzurite } from "../cloud/azurite.ts";
import { inspectDuring } from "./containers.ts";
import { smallDockerfile } from "./fixture.ts";
import { makeProject, type Project } from "./project.ts";

// A kernel that is told of an init that is not there panics soon: the boot fails by itself, without waiting for a time limit.
const program = (expected: string) => `import { Machine } from "bootwright";
const { disk } = new Machine("web", {
  source: { dockerfile: { context: "image" } },
  commandLine: "rw rdinit=/none",
  bootTest: { expect: { serial: ["Linux version", "${expected}"] } },
  azure: { connectionString: process.env.TEST_AZURE, container: "images" },
});
export const diskDigest = disk.ref.digest;
`;

let azurite: Awaited<ReturnType<typeof startAzurite>>;
let project: Project;
let failure: string;

beforeAll(async () => {
  azurite = await startAzurite();
  const files = { "image/Dockerfile": smallDockerfile, "image/site/index.html": "one" };
  const env = { TEST_AZURE: azurite.connectionString };
  project = await makeProject(program("Welcome to the machine"), files, env);
  failure = await project.failingUp();
});
afterAll(async () => {
  await project?.dispose();
  await azurite?.stop();
});

/** Every container of the store's steps, running or not. */
async function containers(): Promise<string> {
  const filter = `label=${storeLabel}=${storeName(project.store)}`;
  return (await execa(dockerClient(), ["ps", "--all", "--quiet", "--filter", filter])).stdout;
}

/** Everything that the cloud holds. */
async function published(): Promise<string[]> {
  const client = BlobServiceClient.fromConnectionString(azurite.connectionString);
  const found: string[] = [];
  for await (const { name } of client.listContainers())
    for await (const blob of client.getContainerClient(name).listBlobsFlat()) found.push(blob.name);
  return found;
}

test("a boot that fails says what did not happen, shows the last 20 lines of the console, and where all of it is", async () => {
  const [log = ""] = await readdir(join(project.store, "logs"));
  const path = join(project.store, "logs", log);
  const report = failure.slice(failure.indexOf("\nDiagnostics:"));
  expect(report).toContain(
    'error: The kernel panicked before "Welcome to the machine" on the serial console\n',
  );
  const [, shown = ""] =
    /The serial console ended with:\n([\s\S]*?)\n *\(the whole console is in (\S+)\)/.exec(
      report,
    ) ?? [];
  expect(report).toContain(`(the whole console is in ${path})`);
  const lines = shown.split("\n").map((line) => line.trim());
  expect(lines).toHaveLength(20);
  const whole = (await readFile(path, "latin1")).split(/\r*\n/).map((line) => line.trim());
  expect(whole.filter(Boolean).join("\n")).toContain(lines.join("\n"));
  expect(lines.join("\n")).toContain("Kernel panic - not syncing");
});

test("a boot that failed leaves no container and publishes nothing", async () => {
  expect(await containers()).toBe("");
  expect(await published()).toEqual([]);
});

test("a boot that failed is tried again by the next up", async () => {
  const { result, inspected } = await inspectDuring(project.store, () => project.failingUp());
  expect(result).toContain("The kernel panicked before");
  expect(inspected.filter(({ Args }) => Args.includes("qemu-system-x86_64"))).toHaveLength(1);
  expect(await containers()).toBe("");
  expect(await published()).toEqual([]);
});

test("after the fix the next up boots and publishes, and makes neither image nor disk again", async () => {
  await project.write("index.ts", program("Kernel panic - not syncing"));
  const { operations } = await project.up();
  const made = Object.keys(operations).filter((name) => operations[name] !== "same");
  expect(made.sort()).toEqual(["web-blob", "web-bootTest"]);
  // The list of hashes lies beside the blob that it is of.
  expect((await published()).filter((name) => !name.endsWith(".hashes"))).toHaveLength(1);
});
