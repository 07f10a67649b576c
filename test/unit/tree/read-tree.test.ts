import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareVersions, findKernels } from "../../../provider/tree/kernels.ts";
import { indexLayer } from "../../../provider/tree/layer-index.ts";
import { mergeLayers } from "../../../provider/tree/merge.ts";
import { parseOsRelease, readOsRelease } from "../../../provider/tree/os-release.ts";
import { extractFile, findEntry, readTreeFile } from "../../../provider/tree/read-file.ts";
import type { Tree } from "../../../provider/tree/types.ts";
import { file, layer, link, merge, symlink } from "./layers.ts";
import { archive, header, file as tarFile, withFile } from "./tar-bytes.ts";

const holey = Buffer.concat([
  Buffer.alloc(8192),
  Buffer.from("data"),
  Buffer.alloc(9000),
  Buffer.from("end"),
]);
const bytes = archive(
  header("bin", { type: "2", link: "/usr/bin" }),
  tarFile("usr/bin/tool", "tool"),
  header("usr/bin/again", { type: "1", link: "usr/bin/tool" }),
  header("usr/up", { type: "2", link: "../../../../usr/bin/again" }),
  header("loop", { type: "2", link: "loop" }),
  tarFile("holes", holey),
  header("etc/os-release", { type: "2", link: "../usr/lib/os-release" }),
  tarFile("usr/lib/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="A \\"B\\" $"\n'),
);
async function withTree<T>(work: (tree: Tree, path: () => string) => Promise<T>): Promise<T> {
  return withFile(bytes, async (path) => {
    const index = await indexLayer(path);
    return work(mergeLayers([{ digest: "sha256:1", index }], { sourceDateEpoch: 0 }), () => path);
  });
}

test.each(["usr/bin/tool", "/bin/tool", "bin/again", "usr/up", "usr/./bin//tool"])(
  "%s leads to the file, and never out of the tree",
  async (path) => {
    await withTree(async (tree, source) => {
      expect(findEntry(tree, path)?.path).toBe("usr/bin/tool");
      expect((await readTreeFile(tree, path, source))?.toString()).toBe("tool");
    });
  },
);

test("what is missing, a directory or a loop has no bytes; a file too big is refused", async () => {
  await withTree(async (tree, source) => {
    for (const path of ["none", "usr", "loop", "loop/x", "holes/x"]) {
      expect(await readTreeFile(tree, path, source)).toBeUndefined();
    }
    await expect(readTreeFile(tree, "holes", source, 100)).rejects.toThrow(
      /"\/holes" has 17199 bytes.*100/,
    );
    expect((await readTreeFile(tree, "holes", source))?.equals(holey)).toBe(true);
  });
});

test("an extracted file has its bytes, its holes and its digest; a changed layer is noticed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tree-"));
  try {
    await withTree(async (tree, source) => {
      const entry = findEntry(tree, "holes");
      expect(await extractFile(tree, "holes", join(folder, "a"), source)).toBe(entry?.digest);
      expect((await readFile(join(folder, "a"))).equals(holey)).toBe(true);
      expect((await stat(join(folder, "a"))).blocks).toBe(16);
      const bad = archive(tarFile("x", Buffer.alloc(bytes.length, "x")));
      await withFile(bad, async (other) => {
        await expect(extractFile(tree, "holes", join(folder, "b"), () => other)).rejects.toThrow(
          /digest/,
        );
      });
      await expect(extractFile(tree, "usr", join(folder, "c"), source)).rejects.toThrow(
        /a directory/,
      );
      await expect(extractFile(tree, "none", join(folder, "c"), source)).rejects.toThrow(
        /not in the tree/,
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("os-release is read through its symlink and unquoted", async () => {
  await withTree(async (tree, source) => {
    expect(await readOsRelease(tree, source)).toEqual({
      id: "debian",
      versionId: "12",
      prettyName: 'A "B" $',
    });
  });
  expect(parseOsRelease("ID='x y'\n#ID=z\nVERSION_ID=3.1\r\n")).toEqual({
    id: "x y",
    versionId: "3.1",
    prettyName: "",
  });
  expect(await readOsRelease(merge(layer()), () => "")).toEqual({
    id: "",
    versionId: "",
    prettyName: "",
  });
});

test("kernels are found newest first, each with its initrd; symlinks are no kernels", () => {
  const tree = merge(
    layer(
      file("boot/vmlinuz-6.1.0-9-amd64", "k9"),
      file("boot/vmlinuz-6.1.0-10-amd64", "k10"),
      file("boot/initrd.img-6.1.0-10-amd64", "i10"),
      symlink("boot/vmlinuz", "vmlinuz-6.1.0-9-amd64"),
      symlink("vmlinuz", "boot/vmlinuz-6.1.0-9-amd64"),
      file("usr/lib/modules/6.1.0-10-amd64/vmlinuz", "k10"),
      file("usr/lib/modules/5.9.1.fc/vmlinuz", "k5"),
      file("boot/initramfs-5.9.1.fc.img", "i5"),
      file("boot/vmlinuz-lts", "kl"),
      file("boot/initramfs-lts", "il"),
      link("boot/vmlinuz-7.0~rc1", "boot/vmlinuz-6.1.0-9-amd64"),
    ),
  );
  expect(findKernels(tree)).toMatchObject([
    { version: "lts", path: "boot/vmlinuz-lts", initrdPath: "boot/initramfs-lts" },
    { version: "7.0~rc1", path: "boot/vmlinuz-7.0~rc1", digest: expect.stringMatching(/^sha256:/) },
    {
      version: "6.1.0-10-amd64",
      path: "boot/vmlinuz-6.1.0-10-amd64",
      initrdPath: "boot/initrd.img-6.1.0-10-amd64",
    },
    { version: "6.1.0-9-amd64", path: "boot/vmlinuz-6.1.0-9-amd64" },
    {
      version: "5.9.1.fc",
      path: "usr/lib/modules/5.9.1.fc/vmlinuz",
      initrdPath: "boot/initramfs-5.9.1.fc.img",
    },
  ]);
  expect(findKernels(tree)[3]).not.toHaveProperty("initrdPath");
});

test.each([
  ["6.1.0-10", "6.1.0-9"],
  ["6.10", "6.9.9"],
  ["6.1", "6.1~rc1"],
  ["6.1.1", "6.1"],
  ["6.1-a", "6.1"],
  ["6.1+b", "6.1a"],
])("version %s is newer than %s", (newer, older) => {
  expect(compareVersions(newer, older)).toBeGreaterThan(0);
  expect(compareVersions(older, newer)).toBeLessThan(0);
  expect(compareVersions(newer, newer)).toBe(0);
});
