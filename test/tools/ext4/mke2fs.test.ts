import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import { contentOf, inFolder } from "../../unit/ext4/contents.ts";
import { directory, entry, file, sized, symlink, treeOf } from "../../unit/ext4/trees.ts";
import { walk } from "./debugfs.ts";
import { found } from "./expected.ts";
import { writeImage } from "./image.ts";

const tree = treeOf(
  directory(""),
  directory("etc", { mode: 0o750 }),
  file("etc/passwd", 1200, { mode: 0o600 }),
  file("etc/big", 1_000_000, { mode: 0o4755, mtime: 1_234_567_890 }),
  entry("etc/other", "link", { target: "etc/passwd" }),
  directory("deep"),
  directory("deep/deeper", { mode: 0o1777 }),
  symlink("deep/short", "../etc"),
  symlink("deep/long", "x".repeat(300)),
  file("empty", 0),
);

test("a filesystem holds what mke2fs puts into one from the same folder", async () => {
  await inFolder(async (folder, sourcePath) => {
    const [ours, theirs, content] = ["ours", "theirs", "content"].map((name) => join(folder, name));
    await writeImage(planExt4(tree, sized(64)), ours!, sourcePath);
    layOut(content!);
    execFileSync("mke2fs", ["-q", "-t", "ext4", "-d", content!, theirs!, "64M"]);
    const [a, b] = [ours!, theirs!].map((image) => comparable(walk(image, folder)));
    expect(a).toEqual(b);
  });
});

/** What both writers were told; mke2fs gives times of its own to symlinks, the root and lost+found. */
function comparable(facts: ReturnType<typeof walk>) {
  return [...found(facts)]
    .map(([path, { owner: _, mtime, ...seen }]) => {
      const ownTime = seen.type === "symlink" || path === "" || path === "lost+found";
      return [path, { ...seen, mtime: ownTime ? "" : mtime }] as const;
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Makes the tree's entries in a folder; times last, as making a file changes its folder's. */
function layOut(root: string): void {
  for (const e of tree.items) {
    if (e.kind !== "entry") continue;
    const path = join(root, e.path);
    if (e.type === "directory") mkdirSync(path, { recursive: true });
    else if (e.type === "symlink") symlinkSync(e.target!, path);
    else if (e.type === "link") linkSync(join(root, e.target!), path);
    else writeFileSync(path, contentOf(e.size, e.segments ?? []));
  }
  for (const e of [...tree.items].reverse()) {
    if (e.kind !== "entry" || e.type === "symlink" || e.type === "link") continue;
    chmodSync(join(root, e.path), e.mode);
    utimesSync(join(root, e.path), e.mtime, e.mtime);
  }
}
