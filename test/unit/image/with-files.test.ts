import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeLayer } from "../../../provider/image/added-layer.ts";
import type { MachineFile } from "../../../provider/image/machine-file.ts";
import { rootfsProblems } from "../../../provider/image/rootfs-rules.ts";
import { withFiles } from "../../../provider/image/with-files.ts";
import { sha256File } from "../../../provider/store/verify.ts";
import { indexLayer } from "../../../provider/tree/layer-index.ts";
import type { Entry, EntryType, Tree } from "../../../provider/tree/types.ts";
import { testContext } from "../../context.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const entry = (path: string, type: EntryType, more: Partial<Entry> = {}): Entry => ({
  ...{ kind: "entry", path, type, mode: 0o755, uid: 0, gid: 0, mtime: 0, mtimeNs: 0, size: 0 },
  ...more,
});
const image: Tree = {
  items: [
    entry("", "directory"),
    entry("usr", "directory"),
    entry("usr/lib", "directory"),
    entry("usr/lib/tool", "file"),
    entry("lib", "symlink", { target: "usr/lib", size: 7 }),
    entry("empty", "directory"),
    { kind: "boundary" },
  ],
  sources: [],
};
const file = (path: string, text = path): MachineFile => ({
  ...{ path, type: "file", mode: 0o644, uid: 0, gid: 0, content: Buffer.from(text) },
});
const add = (...files: MachineFile[]) => withFiles(image, files, 0, ctx.store);
const pathsOf = (tree: Tree) =>
  tree.items.flatMap((item) => (item.kind === "entry" ? [item.path] : []));

describe("an added file", () => {
  test("goes where the links above it lead", async () => {
    expect(pathsOf(await add(file("lib/x")))).toContain("usr/lib/x");
  });

  test("does not take a directory away with what is in it", async () => {
    await expect(add(file("usr"))).rejects.toThrow('with "/usr/lib" in it');
    await expect(add({ ...file("lib/x"), path: "usr/lib" })).rejects.toThrow("/usr/lib/tool");
    expect(pathsOf(await add(file("empty")))).toContain("empty");
  });

  test("does not turn a file into a directory", async () => {
    await expect(add(file("usr/lib/tool/x"))).rejects.toThrow('a file at "/usr/lib/tool"');
    await expect(add(file("lib/tool/deep/x"))).rejects.toThrow("cannot be added");
  });
});

test("a layer of added files says of itself what its index says, whether contents are at hand or in files", async () => {
  const large = Buffer.alloc(3_000_001, "large");
  await writeFile(join(ctx.cwd, "large"), large);
  const link = { path: "l", type: "symlink", mode: 0o777, uid: 0, gid: 0, target: "x" } as const;
  const files = [file("a", "text"), link, { ...file("b"), content: large }, file("c", "")];
  const at = join(ctx.cwd, "one.tar");
  const { digest, entries } = await writeLayer(files, 7, at);
  expect(await sha256File(at)).toBe(digest);
  expect([...(await indexLayer(at)).members]).toEqual(entries);
  const { content: _, ...bare } = file("b");
  const streamed = files.map((f) =>
    f.path === "b" ? { ...bare, from: join(ctx.cwd, "large") } : f,
  );
  expect((await writeLayer(streamed, 7, join(ctx.cwd, "two.tar"))).digest).toBe(digest);
});

describe("files among each other", () => {
  const problems = (files: object[], more: object = {}) =>
    rootfsProblems({ files: files as never, ...more }).map(({ property }) => property);

  test("may lie in a directory of the same list, not below a file", () => {
    const below = { path: "/a/b", content: "" };
    expect(problems([{ path: "/a", directory: true }, below])).toEqual([]);
    expect(problems([{ path: "/a", content: "" }, below])).toEqual(["files[1].path"]);
    expect(problems([below, { path: "/a", symlink: "/x" }])).toEqual(["files[0].path"]);
    expect(problems([{ path: "/ab", content: "" }, below])).toEqual([]);
  });

  test("leave /etc/hostname to the host name where there is one", () => {
    const own = [{ path: "/etc/hostname", content: "web" }];
    expect(problems(own)).toEqual([]);
    expect(problems(own, { hostname: "web" })).toEqual(["files[0].path"]);
  });
});
