import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Ref } from "../../provider/plan/ref.ts";
import { look } from "./azurite.ts";
import { firstDisk, goneAt, laterDisk } from "./delta-disks.ts";
import { expectSameBytes, planFor, put, remote } from "./machine.ts";
import type { Fate, Seen } from "./proxy.ts";
import { azurite, blob, container, ctx, proxy } from "./setting.ts";

const MiB = 1024 * 1024;
type Image = { vhd: Ref; disk: Ref };
const plan = (image: Image, port = azurite.port) => planFor(port, image, { container });
const same = (name: string, image: Image) => expectSameBytes(ctx, blob(name), image);
/** Everything in the container, snapshots included. */
async function everything() {
  const names: string[] = [];
  const all = look(azurite.port, container).listBlobsFlat({ includeSnapshots: true });
  for await (const { name, snapshot } of all) names.push(snapshot ? `${name}@` : name);
  return names.sort();
}
/** A first version, and the disk of a second whose copy of the first was cut off when it began to be changed. */
async function cutOffCopy() {
  const [one, two] = [await firstDisk(ctx), await laterDisk(ctx)];
  const first = await put(plan(one), ctx);
  const stop = new AbortController();
  const { port } = await proxy((s) => {
    if (s.put) stop.abort();
    return "pass";
  });
  await expect(put(plan(two, port), { ...ctx, signal: stop.signal }, first)).rejects.toThrow();
  return { first, two };
}
const withLists = (...names: string[]) => names.flatMap((n) => [n, `${n}.hashes`]).sort();

test("of a version that differs by 1 MB at most 3.5 MB are sent, and the one before stays as it is", async () => {
  const size = { dataMiB: 100, diskMiB: 192 };
  const [one, two] = [await firstDisk(ctx, size), await laterDisk(ctx, size)];
  const first = await put(plan(one), ctx);
  const { port, seen } = await proxy();
  const second = await put(plan(two, port), ctx, first);
  expect(second.mode).toBe("delta");
  const sent = seen.reduce((sum, { body }) => sum + body.length, 0);
  const pages = seen.filter((s) => s.put).reduce((sum, { body }) => sum + body.length, 0);
  expect(second.bytesSent).toBe(pages);
  expect(sent).toBeLessThanOrEqual(3_500_000);
  expect(second.requests).toBe(seen.length);

  await same(second.blobName, two);
  await same(first.blobName, one);
  const at = goneAt(size.dataMiB);
  const ranges = await blob(second.blobName).getPageRanges(at, 300_032);
  expect(ranges.pageRange ?? []).toEqual([]);
  expect(await everything()).toEqual(withLists(first.blobName, second.blobName));

  const again = await put(plan(two), ctx, second);
  expect(again).toMatchObject({ etag: second.etag, mode: "unchanged", bytesSent: 0, requests: 2 });
  await remote.remove(again, plan(two), ctx);
  expect(await everything()).toEqual([]);
});

test("a disk that grows is a delta too, and the footer moves", async () => {
  const [one, two] = [await firstDisk(ctx), await laterDisk(ctx, { diskMiB: 96 })];
  const first = await put(plan(one), ctx);
  const second = await put(plan(two), ctx, first);
  expect(second).toMatchObject({ mode: "delta", sizeBytes: 96 * MiB + 512 });
  expect(second.bytesSent).toBeLessThan(3_500_000);
  await same(second.blobName, two);
  await same(first.blobName, one);
});

test("a disk that became smaller is sent whole", async () => {
  const [one, two] = [await firstDisk(ctx, { diskMiB: 96 }), await laterDisk(ctx)];
  const second = await put(plan(two), ctx, await put(plan(one), ctx));
  expect(second.mode).toBe("uploaded");
  await same(second.blobName, two);
});

const list = (name: string) => look(azurite.port, container).getBlockBlobClient(`${name}.hashes`);
test.each<[what: string, harm: (name: string) => Promise<unknown>]>([
  ["was written by somebody", (name) => blob(name).uploadPages(Buffer.alloc(512, 7), 3 * MiB, 512)],
  ["is gone", (name) => blob(name).delete()],
  ["has lost its list of hashes", (name) => list(name).delete()],
  [
    "has a list that somebody changed",
    async (name) => {
      const { metadata = {} } = await list(name).getProperties();
      const bytes = await list(name).downloadToBuffer();
      bytes[bytes.length - 1]! ^= 1;
      await list(name).upload(bytes, bytes.length, { metadata });
    },
  ],
])("where the version before %s, the next one is sent whole and is right", async (_, harm) => {
  const [one, two] = [await firstDisk(ctx), await laterDisk(ctx)];
  const first = await put(plan(one), ctx);
  await harm(first.blobName);
  const second = await put(plan(two), ctx, first);
  expect(second.mode).toBe("uploaded");
  await same(second.blobName, two);
  const three = await laterDisk(ctx, { diskMiB: 96 });
  expect((await put(plan(three), ctx, second)).mode).toBe("delta");
});

test.each([
  ["copy", (s: Seen) => s.copy],
  ["first change", (s: Seen) => s.put],
  ["last change", (s: Seen) => s.url.includes("comp=pagelist")],
  ["list of hashes", (s: Seen) => s.method === "PUT" && s.url.includes(".hashes")],
  ["mark", (s: Seen) => s.method === "PUT" && s.url.includes("comp=metadata")],
])(
  "killed after its %s, a delta is never called complete and the next run is right",
  async (_, when) => {
    const [one, two] = [await firstDisk(ctx), await laterDisk(ctx)];
    const first = await put(plan(one), ctx);
    let child: ReturnType<typeof spawn> | undefined;
    let over = false;
    const { port } = await proxy((s) => {
      if (over) return "reset";
      over = when(s);
      if (over) child?.kill("SIGKILL");
      return s.url.includes("comp=metadata") ? "reset" : "pass";
    });
    const program = fileURLToPath(new URL("./delta-child.ts", import.meta.url));
    const args = [program, join(ctx.cwd, "child"), `${port}`, container, JSON.stringify(first)];
    const env = { ...process.env, TMPDIR: ctx.cwd };
    child = spawn(process.execPath, args, { stdio: "inherit", env });
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);

    const name = `project/dev/web/${two.vhd.digest.slice(7, 23)}.vhd`;
    // The service may still be at the copy that a dead process asked for.
    while ((await blob(name).getProperties()).copyStatus !== "success");
    expect((await blob(name).getProperties()).metadata?.bootwright_state).toBe("patching");
    const second = await put(plan(two), ctx, first);
    expect(second).toMatchObject({ mode: "delta", blobName: name });
    await same(name, two);
    await same(first.blobName, one);
    expect(await everything()).toEqual(withLists(first.blobName, name));
  },
);

test.each(["failed", "aborted"])(
  "where the copy has %s, the version is sent whole",
  async (end) => {
    const [one, two] = [await firstDisk(ctx), await laterDisk(ctx)];
    const first = await put(plan(one), ctx);
    let copied = false;
    const { port } = await proxy((s): Fate => {
      copied ||= s.copy;
      if (s.copy) return { changed: { "x-ms-copy-status": "pending" } };
      return copied && s.method === "HEAD" ? { changed: { "x-ms-copy-status": end } } : "pass";
    });
    const second = await put(plan(two, port), ctx, first);
    expect(second.mode).toBe("uploaded");
    await same(second.blobName, two);
  },
);

test("a copy that ends before it is ended is taken for ended", async () => {
  const { two, first } = await cutOffCopy();
  let looks = 0;
  const late = await proxy((s): Fate => {
    const pending = s.method === "HEAD" && looks++ < 3;
    return pending ? { changed: { "x-ms-copy-status": "pending" } } : "pass";
  });
  const second = await put(plan(two, late.port), ctx, first);
  expect(late.seen.filter(({ url }) => url.includes("comp=copy"))).toHaveLength(1);
  expect(second.mode).toBe("delta");
  await same(second.blobName, two);
});

test("a copy whose changes were cut off is emptied when the version before can no longer serve", async () => {
  const { two } = await cutOffCopy();
  const result = await put(plan(two), ctx);
  expect(result.mode).toBe("uploaded");
  await same(result.blobName, two);
});

test("busy answers, cut connections and lost answers on every third request do no harm to a delta", async () => {
  const [one, two] = [await firstDisk(ctx), await laterDisk(ctx)];
  const first = await put(plan(one), ctx);
  const fates: Fate[] = ["busy", "reset", "late"];
  let requests = 0;
  const { port } = await proxy(() => (++requests % 3 === 0 ? fates[(requests / 3) % 3]! : "pass"));
  const second = await put(plan(two, port), ctx, first);
  expect(second.mode).toBe("delta");
  await same(second.blobName, two);
  await same(first.blobName, one);
  expect(await everything()).toEqual(withLists(first.blobName, second.blobName));
});
