import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Rootfs } from "../../provider/flow/collect/rootfs.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import type { Resource } from "../../provider/resource.ts";
import { loadTree } from "../../provider/tree/object.ts";
import { readTreeFile } from "../../provider/tree/read-file.ts";
import { testContext } from "../context.ts";

let home: string;
let server: Server;
let url: string;

const git = (...args: string[]) =>
  execa("git", args, {
    cwd: join(home, "work"),
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
  });

/** Commits a page to the repository, publishes it and returns the commit. */
async function commit(page: string): Promise<string> {
  await writeFile(join(home, "work/deploy/page"), page);
  await git("add", ".");
  await git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-m", page);
  await git("push", "--force", join(home, "served.git"), "HEAD:refs/heads/main");
  // What a server without git programs needs (gitprotocol-http(5), "dumb clients").
  await git("--git-dir", join(home, "served.git"), "update-server-info");
  return (await git("rev-parse", "HEAD")).stdout;
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "bootwright-git-"));
  await mkdir(join(home, "work/deploy"), { recursive: true });
  await git("init", "--initial-branch=main");
  await git("init", "--bare", "--initial-branch=main", join(home, "served.git"));
  await writeFile(
    join(home, "work/deploy/web.Dockerfile"),
    "FROM busybox\nARG GREETING\nCOPY page /srv/page\nRUN echo $GREETING > /srv/greeting\n",
  );
  server = createServer(async ({ url: path = "/" }, response) => {
    const file = join(home, new URL(path, "http://localhost").pathname);
    const bytes = await readFile(file).catch(() => undefined);
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/served.git`;
});
afterAll(async () => {
  server?.close();
  await rm(home, { recursive: true, force: true });
});

/** The tree of a source, as its digest and the text of one of its files. */
async function made(source: Record<string, unknown>, path: string) {
  const ctx = await testContext();
  try {
    const checked = await checkInputs(Rootfs as unknown as Resource, { source }, ctx);
    expect(checked.problems).toEqual([]);
    const { ref } = await put(Rootfs as unknown as Resource, checked.inputs, ctx);
    const { digest } = ref as Ref;
    const tree = await loadTree(ctx.store.path("tree", digest));
    const text = await readTreeFile(tree, path, (layer) => ctx.store.path("layer", layer));
    return { digest, text: String(text) };
  } finally {
    await ctx.dispose();
  }
}

test("a commit is built whatever its branch has become, and gives the tree that the same folder gives", async () => {
  const options = { file: "web.Dockerfile", buildArgs: { GREETING: "hello" } };
  const first = await commit("one");
  const second = await commit("two");
  const at = (id: string) => ({ git: { url, commit: id, path: "deploy", ...options } });
  const one = await made(at(first), "srv/page");
  const two = await made(at(second), "srv/page");
  expect([one.text, two.text]).toEqual(["one", "two"]);
  expect(await made(at(second), "srv/greeting")).toEqual({ ...two, text: "hello\n" });
  await expect(
    made({ dockerfile: { context: join(home, "work/deploy"), ...options } }, "srv/page"),
  ).resolves.toEqual(two);
});

test("a commit that the repository has not is what the error tells", async () => {
  const missing = "f".repeat(40);
  await expect(made({ git: { url, commit: missing } }, "")).rejects.toThrow(
    new RegExp(`The image does not build: [^]*${missing}`),
  );
});
