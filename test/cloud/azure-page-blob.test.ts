import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { ContainerSASPermissions } from "@azure/storage-blob";
import { expect, test } from "vitest";
import { encodeRecipe } from "../../provider/plan/ref.ts";
import { openContainer } from "../../provider/publish/azure-client.ts";
import { accountKey, connectionString, freePort, look } from "./azurite.ts";
import {
  as,
  commitVhd,
  noise,
  planFor,
  put,
  remote,
  expectSameBytes as sameBytes,
} from "./machine.ts";
import type { Fate } from "./proxy.ts";
import { azurite, blob, closing, container, ctx, proxy } from "./setting.ts";

const MiB = 1024 * 1024;
const plan = (
  image: Awaited<ReturnType<typeof commitVhd>>,
  more: Record<string, unknown> = {},
  port = azurite.port,
) => planFor(port, image, { container, ...more });
const blobNames = async () => {
  const names: string[] = [];
  for await (const { name } of look(azurite.port, container).listBlobsFlat()) names.push(name);
  // Each with its list of hashes, which delta.test.ts looks at.
  return names.filter((name) => !name.endsWith(".hashes")).sort();
};
const metadataOf = async (name: string) => (await blob(name).getProperties()).metadata ?? {};

const expectSameBytes = (name: string, image: Awaited<ReturnType<typeof commitVhd>>) =>
  sameBytes(ctx, blob(name), image);

test("a VHD arrives byte for byte, and only the chunks that hold something are sent", async () => {
  const image = await commitVhd(ctx);
  const { port, seen } = await proxy();
  const result = await put(plan(image, {}, port), ctx);
  await expectSameBytes(result.blobName, image);
  expect(result).toMatchObject({
    mode: "uploaded",
    sizeBytes: 65 * MiB + 512,
    bytesSent: image.dataBytes,
    unproven: false,
    drift: "",
  });
  const puts = seen.filter((one) => one.put);
  expect(puts.reduce((sum, one) => sum + one.body.length, 0)).toBe(image.dataBytes);
  expect(Math.max(...puts.map((one) => one.body.length))).toBe(4 * MiB);
  expect(result.requests).toBe(seen.length);
  expect(result.blobName).toBe(`project/dev/web/${image.vhd.digest.slice(7, 23)}.vhd`);
});

test("a blob read back at random places is the disk, in its data, in its holes and across their edges", async () => {
  const image = await commitVhd(ctx);
  const { blobName } = await put(plan(image), ctx);
  const disk = await open(ctx.store.path("disk", image.disk.digest));
  const { size } = await disk.stat();
  const numbers = noise("places", 8 * 200);
  for (let i = 0; i < 200; i++) {
    const offset = numbers.readUInt32LE(8 * i) % size;
    const count = 1 + (numbers.readUInt32LE(8 * i + 4) % Math.min(200_000, size - offset));
    const expected = Buffer.alloc(count);
    await disk.read(expected, 0, count, offset);
    const found = await blob(blobName).downloadToBuffer(offset, count);
    expect(found.equals(expected), `${count} bytes at ${offset}`).toBe(true);
  }
  await disk.close();
});

test("a VHD that is there already is left alone with one look at it and one at the versions", async () => {
  const image = await commitVhd(ctx);
  const first = await put(plan(image), ctx);
  const again = await put(plan(image), ctx, first);
  expect(again).toEqual({ ...first, mode: "unchanged", bytesSent: 0, requests: 2 });
});

test("an upload whose process was killed goes on where it stopped", async () => {
  const image = await commitVhd(ctx);
  let puts = 0;
  let child: ReturnType<typeof spawn> | undefined;
  const { port, seen } = await proxy((one) => {
    if (one.put && ++puts === 4) child?.kill("SIGKILL");
    return puts < 4 ? "pass" : "reset";
  });
  const program = fileURLToPath(new URL("./upload-child.ts", import.meta.url));
  const storeRoot = join(ctx.cwd, "child-store");
  child = spawn(process.execPath, [program, storeRoot, `${port}`, container], {
    stdio: "inherit",
    env: { ...process.env, TMPDIR: ctx.cwd }, // what it leaves is removed with the test's folder
  });
  const [exitCode, signal] = await once(child, "exit");
  expect([exitCode, signal]).toEqual([null, "SIGKILL"]);

  const before = seen.filter((one) => one.put).slice(0, 3);
  const sentBefore = before.reduce((sum, one) => sum + one.body.length, 0);
  expect(sentBefore).toBeGreaterThan(4 * MiB);
  const result = await put(plan(image), ctx);
  expect(result).toMatchObject({ mode: "resumed", bytesSent: image.dataBytes - sentBefore });
  await expectSameBytes(result.blobName, image);
});

test("busy answers, cut connections and lost answers on every third upload do no harm", async () => {
  const image = await commitVhd(ctx);
  const fates: Fate[] = ["busy", "reset", "late"];
  let puts = 0;
  const { port } = await proxy((one) =>
    one.put && ++puts % 3 === 0 ? fates[(puts / 3) % 3]! : "pass",
  );
  const result = await put(plan(image, { concurrency: 2 }, port), ctx);
  expect(puts).toBeGreaterThan(7);
  expect(result).toMatchObject({ mode: "uploaded", bytesSent: image.dataBytes });
  await expectSameBytes(result.blobName, image);
});

test("a connection that goes silent is closed after a while and the request sent again", async () => {
  let requests = 0;
  const { port } = await proxy(() => (++requests === 1 ? "silent" : "pass"));
  const access = { connectionString: connectionString(port), container };
  const opened = await openContainer(access, { attemptSeconds: 1 });
  await opened.attempt("Making the container", () => opened.client.create());
  expect(requests).toBe(2);
  expect(opened.requests()).toBe(2);
});

test("bytes that were damaged on the way are refused by the service and never called complete", async () => {
  const image = await commitVhd(ctx);
  const { port } = await proxy((one) => {
    if (one.put) one.body[0]! ^= 1;
    return "pass";
  });
  await expect(put(plan(image, {}, port), ctx)).rejects.toThrow(/Uploading to .*Md5Mismatch/);
  const [name] = await blobNames();
  expect(await metadataOf(name!)).toMatchObject({ bootwright_state: "uploading" });
});

test("a second writer is refused, told why, and sends nothing", async () => {
  const image = await commitVhd(ctx);
  const { blobName } = await put(plan(image), ctx);
  const written = blob(blobName);
  await written.setMetadata({ ...(await metadataOf(blobName)), bootwright_state: "uploading" });
  await written.getBlobLeaseClient("11111111-1111-4111-8111-111111111111").acquireLease(60);
  const { port, seen } = await proxy();
  await expect(put(plan(image, {}, port), ctx)).rejects.toMatchObject({
    name: "CloudError",
    message: expect.stringContaining("somebody else is writing it at this moment"),
  });
  expect(seen.filter((one) => one.put)).toEqual([]);
});

test("two resources with one prefix and one content do not share a blob", async () => {
  const image = await commitVhd(ctx);
  await put(plan(image, { prefix: "shared" }), ctx);
  await expect(put(plan(image, { prefix: "shared" }), as(ctx, "other"))).rejects.toThrow(
    "belongs to something else and will not be overwritten",
  );
});

test("the newest versions stay, the others go, and blobs of others are never touched", async () => {
  const foreign = look(azurite.port, container);
  await foreign.create();
  await foreign.getPageBlobClient("project/dev/web/0123456789abcdef.vhd").create(512);
  const images = [];
  for (const version of [1, 2, 3, 4])
    images.push(await commitVhd(ctx, { version, bytes: 50 * MiB }));
  const copied = `project/dev/web/copy.vhd`;

  const first = await put(plan(images[0]!), ctx);
  await foreign
    .getPageBlobClient(copied)
    .create(512, { metadata: await metadataOf(first.blobName) });
  const second = await put(plan(images[1]!), ctx, first);
  const third = await put(plan(images[2]!), ctx, second);
  const others = ["project/dev/web/0123456789abcdef.vhd", copied];
  expect(await blobNames()).toEqual([second.blobName, third.blobName, ...others].sort());

  const fourth = await put(plan(images[3]!, { retain: 3 }), ctx, third);
  expect(await blobNames()).toEqual(
    [second.blobName, third.blobName, fourth.blobName, ...others].sort(),
  );
  await remote.remove(fourth, plan(images[3]!), ctx);
  expect(await blobNames()).toEqual(others.sort());
});

test("versions are deleted and taken over on condition of an etag in quotes, as Azure wants it and the emulator does not", async () => {
  const [one, two] = [await commitVhd(ctx, { version: 1 }), await commitVhd(ctx, { version: 2 })];
  const { port, seen } = await proxy();
  await put(plan(one), ctx);
  const second = await put(plan(two, {}, port), ctx);
  await remote.remove(second, plan(two, {}, port), ctx);
  expect(await blobNames()).toEqual([]);
  const conditions = seen.filter(({ ifMatch }) => ifMatch !== "");
  expect(conditions.map(({ method }) => method)).toEqual(["PUT", "DELETE", "DELETE"]);
  for (const { ifMatch } of conditions) expect(ifMatch).toMatch(/^"[^"]+"$/);
});

test("going back to the version before keeps both and sends nothing", async () => {
  const one = await commitVhd(ctx, { version: 1 });
  const two = await commitVhd(ctx, { version: 2 });
  const first = await put(plan(one), ctx);
  const second = await put(plan(two), ctx, first);
  const back = await put(plan(one), ctx, second);
  expect(back).toMatchObject({ mode: "unchanged", bytesSent: 0, blobName: first.blobName });
  expect(await blobNames()).toEqual([first.blobName, second.blobName].sort());
});

test("a version that somebody else wrote is not gone back to: it is sent anew", async () => {
  const one = await commitVhd(ctx, { version: 1 });
  const first = await put(plan(one), ctx);
  const second = await put(plan(await commitVhd(ctx, { version: 2 })), ctx, first);
  // Where it has data, so that what it holds looks the same.
  await blob(first.blobName).uploadPages(Buffer.alloc(512, 7), 2 * MiB, 512);
  const back = await put(plan(one), ctx, second);
  expect(back).toMatchObject({ mode: "uploaded", blobName: first.blobName });
  await expectSameBytes(back.blobName, one);
});

test("the delete that ends a replacement leaves what the new resource has taken over", async () => {
  const image = await commitVhd(ctx);
  const old = await put(plan(image), ctx);
  const replacement = await put(plan(image), ctx);
  expect(replacement).toMatchObject({ mode: "unchanged", blobName: old.blobName });
  await remote.remove(old, plan(image), ctx);
  expect(await blobNames()).toEqual([old.blobName]);
  expect(await remote.find(replacement, plan(image), ctx)).toEqual(replacement);
  await remote.remove(replacement, plan(image), ctx);
  expect(await blobNames()).toEqual([]);
});

test("what a process that died has left is deleted by the next version, its lease notwithstanding", async () => {
  const first = await put(plan(await commitVhd(ctx, { version: 1 })), ctx);
  const { port } = await proxy((one) => (one.put ? "silent" : "pass"));
  const stop = new AbortController();
  const image = await commitVhd(ctx, { version: 2 });
  const renewals = { ...ctx, signal: stop.signal };
  const cut = put(plan(image, {}, port), renewals, first);
  const waiting = look(azurite.port, container).getBlobClient(
    `project/dev/web/${image.vhd.digest.slice(7, 23)}.vhd`,
  );
  while ((await waiting.getProperties().catch(() => undefined))?.leaseState !== "leased");
  // The proxy is gone before the lease can be given back.
  await closing.pop()!();
  stop.abort();
  await expect(cut).rejects.toThrow();
  expect((await waiting.getProperties()).leaseState).toBe("leased");

  const third = await put(plan(await commitVhd(ctx, { version: 3 })), ctx, first);
  expect(await blobNames()).toEqual([first.blobName, third.blobName].sort());
});

test("a proof of another disk is refused before anything is sent", async () => {
  const image = await commitVhd(ctx);
  const { port, seen } = await proxy();
  const proof = { imageDigest: `sha256:${"0".repeat(64)}`, expectations: "login:" };
  await expect(put(plan(image, { proof }, port), ctx)).rejects.toMatchObject({
    name: "InputError",
    problems: [{ property: "proof", reason: expect.stringContaining("is of another disk") }],
  });
  await expect(put(plan(image, { proof: undefined }, port), ctx)).rejects.toThrow(
    "what is published must have booted",
  );
  expect(seen).toEqual([]);
});

test("a proof counts for the disk that the VHD really shows, not for the one that its recipe names", async () => {
  const image = await commitVhd(ctx);
  const other = `sha256:${"1".repeat(64)}`;
  const named = { image: { ...image.disk, digest: other }, format: "vhd" };
  const recipe = encodeRecipe({ step: "ConvertedImage", version: 1, plan: named });
  const vhd = { ...image.vhd, recipe };
  const proof = { imageDigest: other, expectations: "login:" };
  const { port, seen } = await proxy();
  await expect(put(plan({ ...image, vhd }, { proof }, port), ctx)).rejects.toThrow(
    `the VHD shows ${image.disk.digest}`,
  );
  expect(seen).toEqual([]);
});

test("publishing without a proof has to be asked for, and is recorded where everybody sees it", async () => {
  const image = await commitVhd(ctx);
  const result = await put(plan(image, { proof: undefined, unproven: true }), ctx);
  expect(result.unproven).toBe(true);
  expect(await metadataOf(result.blobName)).toMatchObject({ bootwright_proof: "unproven" });
  const proven = await put(plan(image), ctx, result);
  expect(proven).toMatchObject({ unproven: false, mode: "unchanged", bytesSent: 0 });
  expect((await metadataOf(result.blobName)).bootwright_proof).toMatch(/^sha256:/);
});

test("a blob that somebody else wrote shows as drift, and the next update makes it right", async () => {
  const image = await commitVhd(ctx);
  const first = await put(plan(image), ctx);
  expect(await remote.find(first, plan(image), ctx)).toEqual(first);
  const written = blob(first.blobName);
  await written.uploadPages(Buffer.alloc(512, 7), 2 * MiB, 512);
  await written.uploadPages(Buffer.alloc(512, 7), 30 * MiB, 512);

  const drifted = await remote.find(first, plan(image), ctx);
  expect(drifted!.etag).not.toBe(first.etag);
  expect(drifted!.drift).toContain("written by something else");
  const stillDrifted = await remote.find(drifted!, plan(image), ctx);
  expect(stillDrifted).toEqual(drifted);

  const healed = await put(plan(image), ctx, drifted);
  expect(healed).toMatchObject({ mode: "uploaded", bytesSent: image.dataBytes, drift: "" });
  await expectSameBytes(first.blobName, image);
});

test("an upload that was cut off, or that no run has recorded, is not trusted where somebody else wrote", async () => {
  const image = await commitVhd(ctx);
  const { blobName } = await put(plan(image), ctx);
  const written = blob(blobName);
  const metadata = await metadataOf(blobName);
  for (const bootwright_state of ["uploading", "complete"]) {
    await written.setMetadata({ ...metadata, bootwright_state });
    await written.uploadPages(Buffer.alloc(512, 7), 30 * MiB, 512);
    const result = await put(plan(image), ctx);
    expect(result).toMatchObject({ mode: "uploaded", bytesSent: image.dataBytes });
    await expectSameBytes(blobName, image);
  }
});

test("a blob is gone only when Azure says so, not when it cannot be asked", async () => {
  const image = await commitVhd(ctx);
  const result = await put(plan(image), ctx);
  const unreachable = plan(image, {}, await freePort());
  await expect(remote.find(result, unreachable, ctx)).rejects.toMatchObject({
    name: "CloudError",
    message: expect.stringContaining("could not be reached"),
  });
  const wrongKey = Buffer.from("another key").toString("base64");
  const text = connectionString(azurite.port).replace(accountKey, wrongKey);
  await expect(
    remote.find(result, plan(image, { connectionString: text }), ctx),
  ).rejects.toMatchObject({
    message: expect.stringContaining("does not accept these credentials"),
  });
  await look(azurite.port, container).getBlobClient(result.blobName).delete();
  expect(await remote.find(result, plan(image), ctx)).toBeUndefined();
  await look(azurite.port, container).delete();
  expect(await remote.find(result, plan(image), ctx)).toBeUndefined();
  await remote.remove(result, plan(image), ctx);
});

test("an upload stops when it is told to, gives its lease back, and can be taken up again", async () => {
  const image = await commitVhd(ctx);
  const stop = new AbortController();
  const { port } = await proxy((one) => {
    if (one.put) stop.abort();
    return "pass";
  });
  const stopped = put(plan(image, { concurrency: 1 }, port), { ...ctx, signal: stop.signal });
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  const [name] = await blobNames();
  const { leaseState } = await look(azurite.port, container).getBlobClient(name!).getProperties();
  expect(leaseState).toBe("available");
  const result = await put(plan(image), ctx);
  expect(result.mode).toBe("resumed");
  await expectSameBytes(result.blobName, image);
});

test("no key and no signature gets into outputs, messages or metadata", async () => {
  const image = await commitVhd(ctx);
  const service = look(azurite.port, container);
  const url = await service.generateSasUrl({
    expiresOn: new Date(Date.now() + 3_600_000),
    permissions: ContainerSASPermissions.parse("racwdl"),
  });
  await service.create();
  const [endpoint, signature = ""] = url.replace(`/${container}`, "").split("?");
  const sas = `BlobEndpoint=${endpoint};SharedAccessSignature=${signature}`;
  const texts: string[] = [];
  for (const text of [connectionString(azurite.port), sas]) {
    const result = await put(plan(image, { connectionString: text }), ctx);
    texts.push(JSON.stringify(result), JSON.stringify(await metadataOf(result.blobName)));
    expect(new URL(result.blobUri).search).toBe("");
    const { port } = await proxy(() => "reset");
    const broken = text.replace(`:${azurite.port}`, `:${port}`);
    const failed = remote.find(result, plan(image, { connectionString: broken }), ctx);
    const error = await failed.catch((e: unknown) => e);
    texts.push(String(error), inspect(error, { depth: 9 }));
  }
  const malformed = plan(image, { connectionString: `AccountKey=${accountKey};nonsense` });
  texts.push(String(await put(malformed, ctx).catch((e: unknown) => e)), ...ctx.lines);
  const secret = new URLSearchParams(signature).get("sig")!;
  for (const text of texts)
    for (const word of [accountKey, secret, encodeURIComponent(secret), "sig="])
      expect(text).not.toContain(word);
  expect(texts.join()).toContain("is not one of a storage account");
});

test("progress tells megabytes, percent, speed and the time that is left", async () => {
  const image = await commitVhd(ctx);
  await put(plan(image), ctx);
  expect(ctx.lines.at(-1)).toMatch(/^sending 13 of 13 MB, 100 %, \d+ MB\/s, 0 s left$/);
});

test("an account without page blobs is refused with the kind of account that has them", async () => {
  const body = (code: string) =>
    `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>Page blob is not supported for this account type.</Message></Error>`;
  const server = createServer((request, response) => {
    request.resume();
    const status = request.method === "HEAD" ? 404 : 400;
    response.writeHead(status, { "content-type": "application/xml", "x-ms-request-id": "1" });
    response.end(request.method === "HEAD" ? "" : body("BlobTypeNotSupported"));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => void server.close());
  const { port } = server.address() as { port: number };
  await expect(put(plan(await commitVhd(ctx), {}, port), ctx)).rejects.toMatchObject({
    name: "CloudError",
    message: expect.stringMatching(/no page blobs \(400 BlobTypeNotSupported\)\n.*StorageV2/),
  });
});
