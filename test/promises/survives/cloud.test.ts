import { open } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectionString, freePort, look, startAzurite } from "../../cloud/azurite.ts";
import { type Fate, startProxy } from "../../cloud/proxy.ts";
import type { Project, Run } from "../project.ts";
import { errorsOf } from "./diagnostics.ts";
import { seededRandom, survivor } from "./fixture.ts";
import { killTree, pulumi, startPulumi, upArguments } from "./pulumi.ts";
import { cloudRemains, stillRunning, storeProblems } from "./remains.ts";

let azurite: Awaited<ReturnType<typeof startAzurite>>;
const opened: Project[] = [];

beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(async () => {
  for (const project of opened) await project.dispose();
  await azurite?.stop();
});

async function survive(container: string, port: number, boots = false): Promise<Project> {
  const env = { TEST_AZURE: connectionString(port), TEST_CONTAINER: container };
  const project = await survivor(env, { boots });
  opened.push(project);
  return project;
}

/** Reads a blob at places of its own choice, half of them near data, and compares each with the disk. */
async function compareAtRandom(run: Run, container: string, seed: number): Promise<void> {
  const { path, blobName } = run.outputs;
  const blob = look(azurite.port, container).getPageBlobClient(String(blobName));
  const disk = await open(String(path));
  const random = seededRandom(seed);
  const { size } = await disk.stat();
  const { pageRange = [] } = await blob.getPageRanges();
  const below = (limit: number) => Math.floor(random() * limit);
  for (let i = 0; i < 200; i++) {
    const data = pageRange[below(pageRange.length)];
    const inData = (data?.offset ?? 0) + below(data?.count ?? 0) - below(5000);
    const offset = Math.min(Math.max(0, i % 2 === 0 ? inData : below(size)), size - 1);
    const count = 1 + below(Math.min(100_000, size - offset));
    const expected = Buffer.alloc(count);
    await disk.read(expected, 0, count, offset);
    const found = await blob.downloadToBuffer(offset, count);
    expect(found.equals(expected), `${count} bytes at ${offset}`).toBe(true);
  }
  await disk.close();
}

test("where every sixth request is reset or answered with 503, a first upload and a delta arrive, byte for byte at random places", async () => {
  let requests = 0;
  const fates: readonly Fate[] = ["reset", "busy"];
  const proxy = await startProxy(azurite.port, () =>
    ++requests % 6 === 0 ? (fates[(requests / 6) % 2] ?? "pass") : "pass",
  );
  const project = await survive("sixth", proxy.port);
  await compareAtRandom(await project.up(), "sixth", 1);
  await project.write("image/site/index.html", "two");
  const second = await project.up();
  await compareAtRandom(second, "sixth", 2);
  expect(requests).toBeGreaterThan(12);
  const { versions, remains } = await cloudRemains(azurite.port, "sixth");
  expect(versions).toHaveLength(2);
  expect(remains).toEqual([]);
  await proxy.stop();
});

test("an account that cannot be reached is one error with the fix, and the next up sends only the upload", async () => {
  const port = await freePort();
  const project = await survive("unreachable", port);
  expect(errorsOf(await project.failingUp())).toEqual({
    "web-blob": expect.stringMatching(
      new RegExp(
        `^error: Looking for http://127.0.0.1:${port}/bootwright/unreachable/fixture/test/web-blob/[0-9a-f]+\\.vhd failed: the storage account could not be reached \\(.*ECONNREFUSED.*\\)\n\\(check its name, the network and its firewall rules; what has been sent is kept\\)$`,
      ),
    ),
  });
  expect(await storeProblems(project.store)).toEqual([]);
  const proxy = await startProxy(azurite.port, () => "pass", port);
  const { operations } = await project.up();
  const done = Object.keys(operations).filter((name) => operations[name] !== "same");
  expect(done).toEqual(["web-blob"]);
  await proxy.stop();
});

test("killed in the middle of an upload, the lease is taken up again by the next up, which leaves none, and nothing has to be edited", async () => {
  let puts = 0;
  let pid = 0;
  const proxy = await startProxy(azurite.port, (one) => {
    if (one.put && ++puts === 2) killTree(pid);
    return "pass";
  });
  const project = await survive("leased", proxy.port);
  const running = startPulumi(project, upArguments);
  pid = running.pid;
  await running.ended;
  expect((await cloudRemains(azurite.port, "leased")).remains).toEqual([
    expect.stringContaining("is leased"),
    expect.stringContaining("is uploading"),
  ]);
  expect((await startPulumi(project, upArguments).ended).output).toContain("`pulumi cancel`");
  await pulumi(project, "cancel", "--yes");
  // Pulumi warns of what it saw begin until it is told to forget that, and goes on all the same.
  expect(await pulumi(project, ...upArguments)).toContain("pending operations");
  const { versions, remains } = await cloudRemains(azurite.port, "leased");
  expect(versions).toHaveLength(1);
  expect(remains).toEqual([]);
  await pulumi(project, "refresh", "--yes", "--clear-pending-creates");
  const again = await pulumi(project, ...upArguments);
  expect(again).not.toContain("pending operations");
  expect(again).toMatch(/Resources:\n +12 unchanged/);
  await proxy.stop();
});

test("killed while a machine boots, the machine goes on until the next up ends it", async () => {
  const project = await survive("boots", azurite.port, true);
  const running = startPulumi(project, upArguments);
  const isBooting = async () =>
    (await stillRunning(project.store)).some((one) => /process qemu-system/.test(one));
  while (!(await isBooting()));
  killTree(running.pid);
  await running.ended;
  expect(await isBooting()).toBe(true);
  await pulumi(project, "cancel", "--yes");
  await project.up();
  expect(await stillRunning(project.store)).toEqual([]);
  expect(await storeProblems(project.store)).toEqual([]);
});
