import { execFileSync } from "node:child_process";
import { chmod, open, readdir, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sha256 } from "../../../provider/plan/canonical.ts";
import { sealPath } from "../../../provider/store/paths.ts";
import { writeRoot } from "../../../provider/store/roots.ts";
import { testContext } from "../../context.ts";
import { bootwright } from "./bootwright.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const run = (...args: string[]) => bootwright(args, { store: ctx.store.root });

const urn = "urn:pulumi:dev::project::bootwright:DiskImage::web-disk";
const owner = { project: "project", stack: "dev", name: "web-disk", urn };

/** Makes the record of an object look as if nobody had used it for so many days. */
async function age(digest: string, days: number): Promise<void> {
  const then = new Date(Date.now() - days * 86_400_000);
  await utimes(sealPath(ctx.store.root, { kind: "file", digest }), then, then);
}

/** Changes one byte of an object and keeps its size and times, to the nanosecond: only reading it tells. */
async function flip(digest: string): Promise<void> {
  const path = ctx.store.path("file", digest);
  const times = join(ctx.cwd, "times");
  execFileSync("touch", ["--reference", path, times]);
  await chmod(path, 0o644);
  const file = await open(path, "r+");
  await file.write(Buffer.from("X"), 0, 1, 0);
  await file.close();
  execFileSync("touch", ["--reference", times, path]);
}

test("help has the examples of a command of a command, and says what is none", async () => {
  const asked = await run("help", "store", "ls");
  expect(asked).toMatchObject({ exitCode: 0, stdout: (await run("store", "ls", "--help")).stdout });
  expect(asked.stdout).toContain("bootwright store ls --kind disk");
  expect(await run("help", "store", "mend")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("unknown command 'store mend'"),
  });
});

describe("store ls", () => {
  test("names what needs an artefact, and how much of a file is on disk", async () => {
    const needed = await ctx.store.putBytes(Buffer.from("needed"));
    await ctx.store.putBytes(Buffer.from("not needed"));
    await writeRoot(ctx.store, owner, [{ kind: "file", digest: needed }]);
    const sparse = join(ctx.cwd, "sparse");
    await writeFile(sparse, "");
    await truncate(sparse, 2 ** 30);
    await ctx.store.commit({ kind: "disk", digest: sha256("disk"), file: sparse });

    const { stdout, exitCode } = await run("store", "ls");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^file +${needed.slice(7, 19)} .* dev/web-disk$`, "m"));
    expect(stdout).toMatch(/^disk +\w{12} +1\.00 GiB +0 B +now$/m);

    const list = JSON.parse((await run("store", "ls", "--json", "--kind", "file")).stdout);
    expect(list.map((object: { neededBy: string[] }) => object.neededBy)).toEqual(
      expect.arrayContaining([[urn], []]),
    );
  });

  test("an unknown kind is refused with the kinds that there are", async () => {
    const { exitCode, stderr } = await run("store", "ls", "--kind", "floppy");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Allowed choices are file, tree, layer, ext4, disk, vhd");
  });
});

describe("store verify", () => {
  test("finds a flipped byte that size and time hide, and --discard removes the artefact", async () => {
    const digest = await ctx.store.putBytes(Buffer.from("some bytes"));
    expect((await run("store", "verify")).stdout).toBe("1 artefact, 4.00 KiB: all sound\n");
    await flip(digest);
    const found = await run("store", "verify", "--json");
    expect(found.exitCode).toBe(1);
    expect(JSON.parse(found.stdout).damaged).toEqual([{ kind: "file", digest }]);
    expect(await ctx.store.has("file", digest)).toBe(true);
    const discarded = await run("store", "verify", "--discard");
    expect(discarded.stdout).toContain(`file ${digest} is damaged: removed`);
    expect(await ctx.store.has("file", digest)).toBe(false);
  });
});

describe("store gc", () => {
  test("--dry-run names what gc then removes: what no resource needs", async () => {
    const needed = await ctx.store.putBytes(Buffer.from("needed"));
    const loose = await ctx.store.putBytes(Buffer.from("loose"));
    const recent = await ctx.store.putBytes(Buffer.from("recent"));
    await writeRoot(ctx.store, owner, [{ kind: "file", digest: needed }]);
    await age(needed, 30);
    await age(loose, 30);

    const dry = await run("store", "gc", "--dry-run");
    expect(dry.stdout).toContain(`file ${loose}  4.00 KiB  used 30 d`);
    expect(dry.stdout).toContain("1 artefact would go");
    expect(await ctx.store.has("file", loose)).toBe(true);

    expect((await run("store", "gc")).stdout).toBe("1 artefact removed, 4.00 KiB\n");
    for (const [digest, stays] of [
      [needed, true],
      [loose, false],
      [recent, true],
    ] as const)
      expect(await ctx.store.has("file", digest)).toBe(stays);
  });

  test("a number of days that is none is refused", async () => {
    const { exitCode, stderr } = await run("store", "gc", "--days", "soon");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('"soon" must be a number from 0 on.');
  });
});

describe("doctor", () => {
  test("finds everything on a machine that runs these tests, and leaves nothing behind", async () => {
    const { stdout, exitCode } = await run("doctor", "--json");
    const found = JSON.parse(stdout) as { name: string; state: string }[];
    expect(found.filter(({ state }) => state === "missing")).toEqual([]);
    expect(found.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["Node", "Pulumi CLI", "store", "docker client", "engine", "runner"]),
    );
    expect(exitCode).toBe(0);
    expect((await readdir(ctx.store.root)).filter((name) => name.startsWith("probe"))).toEqual([]);
  });

  test.each([
    [
      "no docker client",
      { BOOTWRIGHT_DOCKER: "no-such-docker" },
      "✗ docker client: no-such-docker",
    ],
    ["no engine", { DOCKER_HOST: "tcp://127.0.0.1:9" }, "correct DOCKER_HOST=tcp://127.0.0.1:9"],
    [
      "no runner of that name",
      { BOOTWRIGHT_RUNNER: "cloud" },
      "✗ runner: BOOTWRIGHT_RUNNER: must be",
    ],
  ])("%s is said with its fix, and the exit code is 1", async (_, env, said) => {
    const { stdout, exitCode } = await bootwright(["doctor"], { store: ctx.store.root, env });
    expect(stdout).toContain(said);
    expect(exitCode).toBe(1);
  });

  test("a store that cannot be made is said with its fix", async () => {
    await writeFile(join(ctx.cwd, "file"), "");
    const { stdout, exitCode } = await bootwright(["doctor"], {
      store: join(ctx.cwd, "file", "x"),
    });
    expect(stdout).toMatch(/✗ store: .*ENOTDIR/);
    expect(stdout).toContain("(set BOOTWRIGHT_STORE to a folder that you may write to)");
    expect(exitCode).toBe(1);
  });
});
