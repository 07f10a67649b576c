import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Initramfs } from "../../../provider/flow/collect/initramfs.ts";
import { BootTest } from "../../../provider/flow/prove/boot-test.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { put } from "../../../provider/lifecycle/operate.ts";
import { sha256 } from "../../../provider/plan/canonical.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { treeDigest } from "../../../provider/tree/digest.ts";
import { mergeLayers } from "../../../provider/tree/merge.ts";
import { saveTree } from "../../../provider/tree/object.ts";
import { testContext } from "../../context.ts";
import { type TarEntry, writeTar } from "../../tar.ts";
import { listCpio } from "../cpio/list-cpio.ts";

type Test = Awaited<ReturnType<typeof testContext>>;
let ctx: Test;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await ctx.dispose();
});

const base = { mode: 0o755, uid: 0, gid: 0, mtime: 1_700_000_000 };
const program = { ...base, type: "file", content: Buffer.from("a program") } as const;
const root: readonly TarEntry[] = [
  { ...base, path: "", type: "directory" },
  { ...base, path: "bin", type: "directory" },
  { ...program, path: "bin/sh" },
  { ...program, path: "bin/mount" },
];

/** Commits a tree of one layer to a store. */
async function commitTree(entries: readonly TarEntry[], to: Test = ctx): Promise<Ref> {
  const tar = writeTar(entries);
  const layer = sha256(tar.bytes);
  const tree = mergeLayers([{ digest: layer, index: { members: tar.entries } }], {
    sourceDateEpoch: 1_735_689_600,
  });
  const digest = treeDigest(tree);
  await to.store.stage(async (folder) => {
    const [tarFile, treeFile] = [join(folder, "tar"), join(folder, "tree")];
    await writeFile(tarFile, tar.bytes);
    await to.store.commit({ kind: "layer", digest: layer, file: tarFile });
    await saveTree(tree, treeFile);
    const needs = [{ kind: "layer" as const, digest: layer }];
    await to.store.commit({ kind: "tree", digest, file: treeFile, needs });
  });
  return { kind: "tree", digest, recipe: "" };
}

const problemsOf = async (given: object) =>
  (await checkInputs(Initramfs as never, given as never, ctx)).problems;

async function make(given: object, to: Test = ctx) {
  const { inputs, problems } = await checkInputs(Initramfs as never, given as never, to);
  expect(problems).toEqual([]);
  const made = (await put(Initramfs as never, inputs, to)) as { ref: Ref; unpackedBytes: number };
  return { ...made, file: to.store.path("file", made.ref.digest) };
}

describe("a tree that is in the store is refused before anything is made", () => {
  const busy = { ...base, type: "file", content: Buffer.from("\0busybox\0") } as const;
  test.each<[string, readonly TarEntry[], object, string, RegExp]>([
    ["without an /init", root, {}, "tree", /^the image has no \/init that can be run \(give init/],
    [
      "with an /init that nobody may run",
      [...root, { ...program, path: "init", mode: 0o644 }],
      {},
      "tree",
      /no \/init that can be run/,
    ],
    [
      "without /bin/sh",
      root.slice(0, 2),
      { init: {} },
      "init",
      /^the image has no \/bin\/sh \(install busybox or dash in the Dockerfile\)$/,
    ],
    [
      "with an attribute",
      [...root, { ...program, path: "bin/ping", xattrs: [["security.capability", "x"]] }],
      { init: {} },
      "tree",
      /^\/bin\/ping: it has the attribute "security.capability", which cpio cannot hold$/,
    ],
    [
      "with a USER that it does not know",
      root,
      {
        init: { run: "command" },
        config: { env: [], entrypoint: ["/bin/sh"], cmd: [], user: "web", workingDir: "" },
      },
      "config.user",
      /no user "web"/,
    ],
    [
      "with a busybox that can be no init",
      [...root, { ...busy, path: "bin/busybox" }],
      { init: { supervise: true, network: "dhcp" } },
      "init.supervise",
      /no sleep/,
    ],
  ])("%s", async (_what, entries, given, property, reason) => {
    const tree = await commitTree(entries);
    expect((await problemsOf({ tree, ...given }))[0]).toEqual({
      property,
      reason: expect.stringMatching(reason),
    });
  });

  test("but not one that is not there yet, nor one that may lose its attribute", async () => {
    const far = { kind: "tree", digest: `sha256:${"f".repeat(64)}`, recipe: "" };
    expect(await problemsOf({ tree: far })).toEqual([]);
    const entries = [...root, { ...program, path: "p", xattrs: [["user.x", "1"]] } as TarEntry];
    const tree = await commitTree(entries);
    expect(await problemsOf({ tree, init: {}, dropXattrs: ["user.x"] })).toEqual([]);
  });
});

describe("an initramfs of a tree", () => {
  test("holds the tree, what every machine needs, and its init with the time of the tree's root", async () => {
    const tree = await commitTree(root);
    const { file } = await make({ tree, init: { welcome: "Hello" } });
    const listed = await listCpio(file);
    expect(listed.map(({ path, mode }) => `${path} ${mode.toString(8)}`).sort()).toEqual([
      " 755",
      "bin 755",
      "bin/mount 755",
      "bin/sh 755",
      "dev 755",
      "dev/console 600",
      "dev/null 666",
      "init 755",
      "proc 555",
      "sys 555",
    ]);
    expect(new Set(listed.map(({ time }) => time))).toEqual(new Set([base.mtime]));
    const { stdout } = await execa("bsdtar", ["-xOf", file, "init"]);
    expect(stdout).toContain("printf '%s\\n' 'Hello'\nexec /bin/sh");
  });

  test("with an /init of its own is packed as it is", async () => {
    const tree = await commitTree([...root, { ...program, path: "init" }]);
    const { file } = await make({ tree, compression: "none" });
    const { stdout } = await execa("bsdtar", ["-xOf", file, "init"]);
    expect(stdout).toBe("a program");
  });

  test.each(["gzip", "xz", "zstd"])(
    "is the same bytes in another store, and by the host's %s or the toolbox's",
    async (compression) => {
      const digests: string[] = [];
      for (const runner of ["container", "container", "host"]) {
        vi.stubEnv("BOOTWRIGHT_RUNNER", runner);
        const other = await testContext();
        try {
          const tree = await commitTree(root, other);
          digests.push((await make({ tree, init: {}, compression }, other)).ref.digest);
        } finally {
          await other.dispose();
        }
      }
      expect(digests[1]).toBe(digests[0]);
      // gzip's bytes are the same by every version seen; those of the others are tied to theirs by the key.
      if (compression === "gzip") expect(digests[2]).toBe(digests[0]);
    },
  );

  test("is refused as the initrd of a machine that cannot hold it, at check", async () => {
    const zeros = { ...program, path: "zeros", content: Buffer.alloc(20 << 20) } as TarEntry;
    const tree = await commitTree([...root, zeros]);
    const { ref } = await make({ tree, init: {} });
    const given = { kernel: ref, initrd: ref, memoryMiB: 16, expect: { serial: ["x"] } };
    const { problems } = await checkInputs(BootTest as never, given as never, ctx);
    expect(problems).toEqual([
      {
        property: "memoryMiB",
        reason: expect.stringMatching(/^the machine has 16 MiB but its initramfs takes 21 MiB/),
      },
    ]);
    const enough = await checkInputs(BootTest as never, { ...given, memoryMiB: 64 } as never, ctx);
    expect(enough.problems).toEqual([]);
  });
});
