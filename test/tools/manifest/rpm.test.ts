import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readOwners } from "../../../provider/manifest/owners.ts";
import { readPackages } from "../../../provider/manifest/packages.ts";
import { loadTree } from "../../../provider/tree/object.ts";
import { testContext } from "../../context.ts";
import { rpmDatabase } from "../../unit/packages/rpm-database.ts";
import { commitTree, type TestFile } from "../fat/trees.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const place = "usr/lib/sysimage/rpm/rpmdb.sqlite";
const sourcePath = (digest: string) => ctx.store.path("layer", digest);

async function treeOf(files: readonly TestFile[]) {
  const { digest } = await commitTree(ctx.store, files);
  return loadTree(ctx.store.path("tree", digest));
}

test("rpm's packages are listed once where a link leads to their database, and own their files", async () => {
  const tree = await treeOf([
    { path: place, content: await rpmDatabase(join(ctx.cwd, "rpmdb")) },
    { path: `${place}-wal`, content: Buffer.alloc(0) },
    { path: "var/lib/rpm", type: "symlink", target: "../../usr/lib/sysimage/rpm" },
    { path: "opt/two/file", content: Buffer.from("hi") },
  ]);
  const { packages, unread } = await readPackages(tree, sourcePath);
  expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
    ...["one 1.2-3.el9", "two 2:1.2-3.el9"],
  ]);
  expect(unread).toEqual([]);
  expect((await readOwners(tree, sourcePath)).get("opt/two/file")).toEqual(["two"]);
});

test("a database whose last changes lie beside it, and an older one, are named as not read", async () => {
  const tree = await treeOf([
    { path: place, content: await rpmDatabase(join(ctx.cwd, "rpmdb")) },
    { path: `${place}-wal`, content: Buffer.from("changes") },
    { path: "var/lib/rpm/Packages", content: Buffer.from("Berkeley DB") },
  ]);
  const { packages, unread } = await readPackages(tree, sourcePath);
  expect(packages).toEqual([]);
  expect(unread).toEqual(["var/lib/rpm/Packages", place]);
});
