import * as z from "zod";
import { InputError } from "../errors.ts";
import { refSchema } from "../plan/ref.ts";
import { loadTree } from "../tree/object.ts";
import type { Entry } from "../tree/types.ts";
import { defineQuestion } from "./function.ts";

const treeEntry = z
  .strictObject({
    path: z.string().describe("Absolute path."),
    type: z
      .string()
      .describe(
        "One of `file`, `directory`, `symlink`, `character`, `block`, `fifo`, `link` (a further name of a file).",
      ),
    mode: z.string().describe("Permission bits in octal, such as `0755`."),
    uid: z.int().describe("Number of the owner."),
    gid: z.int().describe("Number of the group."),
    size: z.int().describe("Bytes of a file."),
    target: z.string().describe("What a symlink or a link leads to; empty for anything else."),
  })
  .meta({ id: "TreeEntry", description: "One path of a tree." });

/** What is in a tree, for a program that decides by it. */
export const listTree = defineQuestion({
  name: "listTree",
  description: "The entries of a folder of a tree, sorted by path.",
  inputs: z.strictObject({
    tree: refSchema.describe("The tree: `ref` of a Rootfs."),
    folder: z
      .string()
      .regex(/^\//, "must be an absolute path")
      .default("/")
      .describe("Folder to look into."),
    recursive: z.boolean().default(false).describe("Also what lies in its folders."),
  }),
  outputs: z.strictObject({
    entries: z.array(treeEntry).describe("What lies there, without the folder itself."),
  }),
  answer: async ({ tree, folder, recursive }, ctx) => {
    if (tree.kind !== "tree")
      throw new InputError([{ property: "tree.kind", reason: `is ${tree.kind}, not tree` }]);
    const { items } = await loadTree(await ctx.materialise(tree));
    const entries = items.filter((item) => item.kind === "entry");
    const root = folder.replace(/^\/+|\/+$/g, "");
    const found = entries.find(({ path }) => path === root);
    if (found?.type !== "directory")
      throw new InputError([
        { property: "folder", reason: `"${folder}" is no folder of the tree` },
      ]);
    const prefix = root === "" ? "" : `${root}/`;
    const below = entries.filter(
      ({ path }) =>
        path !== "" &&
        path.startsWith(prefix) &&
        (recursive || !path.slice(prefix.length).includes("/")),
    );
    return { entries: below.map(describe).sort((a, b) => (a.path < b.path ? -1 : 1)) };
  },
});

function describe({ path, type, mode, uid, gid, size, target = "" }: Entry) {
  const text = (bytes: string) => Buffer.from(bytes, "latin1").toString("utf8");
  const octal = mode.toString(8).padStart(4, "0");
  const end = type === "link" ? `/${text(target)}` : text(target);
  return { path: `/${text(path)}`, type, mode: octal, uid, gid, size, target: end };
}
