import { expect, test } from "vitest";
import { commitVhd, expectSameBytes, planFor, put, remote } from "./machine.ts";
import type { Fate } from "./proxy.ts";
import { azurite, blob, container, ctx, proxy } from "./setting.ts";

const plan = (image: Awaited<ReturnType<typeof commitVhd>>, port = azurite.port) =>
  planFor(port, image, { container });

test.each([200, 403, 404])(
  "a proxy's own page with status %i is not taken for an answer of the storage account",
  async (status) => {
    const image = await commitVhd(ctx);
    const { port } = await proxy(() => ({ status, body: "<html>Please log in</html>" }));
    const refused = { name: "CloudError", message: expect.stringContaining(`(HTTP ${status})`) };
    await expect(put(plan(image, port), ctx)).rejects.toMatchObject(refused);

    const made = await put(plan(image), ctx);
    await expect(remote.find(made, plan(image, port), ctx)).rejects.toMatchObject(refused);
    await expect(remote.remove(made, plan(image, port), ctx)).rejects.toMatchObject(refused);
    expect(await remote.find(made, plan(image), ctx)).toEqual(made);
  },
);

test("a page in the place of one answer never makes an upload complete", async () => {
  const image = await commitVhd(ctx);
  const { port } = await proxy((s) => (s.url.includes("comp=metadata") ? { status: 200 } : "pass"));
  await expect(put(plan(image, port), ctx)).rejects.toThrow("something other than the storage");
  const made = await put(plan(image), ctx);
  expect(made).toMatchObject({ mode: "resumed", bytesSent: 0 });
});

test("what is busy is asked again, after as long as it says", async () => {
  const image = await commitVhd(ctx);
  const fates: Fate[] = [
    { status: 429, headers: { "retry-after": "1" } },
    { status: 502 },
    { status: 504 },
    { status: 408 },
  ];
  const { port } = await proxy((s) => (s.put ? (fates.shift() ?? "pass") : "pass"));
  const started = performance.now();
  const made = await put(plan(image, port), ctx);
  expect(performance.now() - started).toBeGreaterThan(1000);
  expect(fates).toEqual([]);
  expect(made).toMatchObject({ mode: "uploaded", bytesSent: image.dataBytes });
  await expectSameBytes(ctx, blob(made.blobName), image);
});

test("a list whose end is lost is asked for again, and never taken for all of it", async () => {
  const image = await commitVhd(ctx);
  const cut = new Set(["comp=pagelist", "comp=list"]);
  const { port } = await proxy(({ url }) => {
    const lost = [...cut].find((part) => url.includes(part));
    return lost && cut.delete(lost) ? "cut" : "pass";
  });
  const made = await put(plan(image, port), ctx);
  expect(made.mode).toBe("uploaded");
  expect([...cut]).toEqual([]);
  await remote.remove(made, plan(image, port), ctx);
  expect(await remote.find(made, plan(image), ctx)).toBeUndefined();
});
