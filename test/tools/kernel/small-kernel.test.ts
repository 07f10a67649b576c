import { chmod, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Kernel } from "../../../provider/flow/collect/kernel.ts";
import { hostRunner } from "../../../provider/host/host-runner.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { ensure } from "../../../provider/lifecycle/ensure.ts";
import type { Context } from "../../../provider/resource.ts";
import { testContext } from "../../context.ts";
import { containersOf } from "../host/containers.ts";
import { smallPatch, smallSource, writeFiles } from "./small-source.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
  await chmod(ctx.cwd, 0o755);
  await writeFiles(join(ctx.cwd, "linux"), smallSource);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  expect(await readdir(join(ctx.store.root, "stages"))).toEqual([]);
  expect(await containersOf(ctx.store.root)).toEqual([]);
  await ctx.dispose();
});

const net = { name: "NET", value: "y" };
/** Checks inputs and makes the kernel that they ask for; the small source in its folder, unless said otherwise. */
async function kernel(given: object = {}, world: Context = ctx) {
  const wanted = { source: { directory: "linux" }, baseConfig: "tinyconfig", ...given };
  const { inputs, problems } = await checkInputs(Kernel as never, wanted, world);
  expect(problems).toEqual([]);
  const plan = Kernel.plan(inputs as never);
  const made = await ensure(Kernel as never, plan, world);
  const { ref, ...rest } = made as unknown as Awaited<ReturnType<NonNullable<typeof Kernel.make>>>;
  const read = (digest: string) => readFile(ctx.store.path("file", digest), "utf8");
  return { ...rest, ref, image: await read(ref.digest), final: await read(rest.config!.digest) };
}

test("a kernel is the image that its source builds, with version, size and final configuration", async () => {
  const built = await kernel({ options: [net, { name: "HOSTNAME", value: 'a "b"' }] });
  expect(built).toMatchObject({ version: "6.1.0-small", path: "", sizeBytes: built.image.length });
  expect(built.image).toBe(`${built.final}int main;\n`);
  expect(built.final).toBe('CONFIG_HOSTNAME="a \\"b\\""\nCONFIG_NET=y\n');
  expect(built.configDigest).toBe(built.config?.digest);
  expect(ctx.lines).toContain("compiling: 2 files, arch/x86/head");
});

test("what was built in the folder before, and its git, are no part of the kernel and stay as they are", async () => {
  const before = await kernel();
  await writeFiles(join(ctx.cwd, "linux"), { "main.o": "old", ".git/HEAD": "ref: x\n" });
  const after = await kernel();
  expect(after.ref.digest).toBe(before.ref.digest);
  expect(await readFile(join(ctx.cwd, "linux", "main.o"), "utf8")).toBe("old");
});

test("a tarball gives the same kernel as the folder, and says what it hashes to", async () => {
  const folder = await kernel();
  await execa("tar", ["-cJf", "linux.tar.xz", "linux"], { cwd: ctx.cwd });
  const { stdout } = await execa("sha256sum", ["linux.tar.xz"], { cwd: ctx.cwd });
  const tarball = await kernel({ source: { file: "linux.tar.xz" } });
  expect(tarball.ref.digest).toBe(folder.ref.digest);
  expect(tarball.sourceSha256).toBe(stdout.slice(0, 64));
  expect(folder.sourceSha256).toBeUndefined();
});

test("patches are applied in order, and one that does not apply is named", async () => {
  await writeFiles(ctx.cwd, {
    "1.patch": smallPatch,
    "2.patch": smallPatch.replace("-int", "-long").replace("+long", "+char"),
  });
  const built = await kernel({ patches: ["1.patch", "2.patch"] });
  expect(built.image).toMatch(/char main;\n$/);
  await expect(kernel({ patches: ["2.patch", "1.patch"] })).rejects.toMatchObject({
    problems: [
      {
        property: "patches[0]",
        reason: expect.stringMatching(/^"2\.patch" does not apply: .*FAILED/),
      },
    ],
  });
});

test("an option that does not survive is refused, naming what it depends on; with that it does", async () => {
  const lost = { name: "NEEDS_NET", value: "y" };
  await expect(kernel({ options: [lost] })).rejects.toMatchObject({
    name: "InputError",
    problems: [
      {
        property: "options",
        reason: "NEEDS_NET=y became n: it depends on NET (NET is n)",
      },
    ],
  });
  expect((await kernel({ options: [lost, net] })).final).toContain("CONFIG_NEEDS_NET=y\n");
});

test("what a configuration file sets and the kernel does not get is a warning", async () => {
  await writeFiles(ctx.cwd, { "a.config": "CONFIG_NET=y\nCONFIG_OLD=y\nCONFIG_NEEDS_NET=m\n" });
  const built = await kernel({ configFile: "a.config", baseConfig: undefined });
  expect(built.final).toContain("CONFIG_NET=y\n");
  expect(ctx.lines).toEqual(
    expect.arrayContaining([
      "OLD of a.config did not survive: this source does not have them, or what they depend on is not set",
      "NEEDS_NET would be modules (=m) and are not in the kernel: set them to y",
    ]),
  );
});

test("the same plan is found in the store, and an option makes another kernel", async () => {
  const first = await kernel({ options: [net] });
  ctx.lines.length = 0;
  expect((await kernel({ options: [net] })).ref).toEqual(first.ref);
  expect(ctx.lines).toEqual([]);
  expect((await kernel()).ref.digest).not.toBe(first.ref.digest);
});

/** An initramfs as an object of the store. */
async function initramfs(bytes: string | Buffer) {
  const digest = await ctx.store.putBytes(Buffer.from(bytes));
  return { kind: "file", digest, recipe: "" };
}

test("an initramfs is built in as it is, and another one makes another kernel", async () => {
  const first = await kernel({ initramfs: await initramfs("070701 one") });
  expect(first.image).toMatch(/int main;\n070701 one$/);
  expect(first.final).toContain('CONFIG_INITRAMFS_SOURCE="initramfs.cpio.built-in"\n');
  const other = await kernel({ initramfs: await initramfs("070701 two") });
  expect(other.image).toMatch(/070701 two$/);
  expect(other.configDigest).toBe(first.configDigest);
});

test("an initramfs that the kernel could not unpack is refused before anything is compiled", async () => {
  const none = kernel({ initramfs: await initramfs("text") });
  await expect(none).rejects.toMatchObject({
    problems: [
      {
        property: "initramfs",
        reason: "is no cpio, plain or compressed: it begins with 74657874",
      },
    ],
  });
  const packed = await initramfs(gzipSync("070701"));
  await expect(kernel({ initramfs: packed })).rejects.toThrow(
    "initramfs: cannot be unpacked by this kernel: set RD_GZIP to y, or take another compression",
  );
  expect(ctx.lines.filter((line) => line.startsWith("compiling"))).toEqual([]);
  const options = [{ name: "RD_GZIP", value: "y" }];
  expect((await kernel({ initramfs: packed, options })).image).toContain("\x1f");
});

test("a link in the place of the initramfs leads to nothing of this machine", async () => {
  const precious = join(ctx.cwd, "precious");
  await writeFile(precious, "as it was");
  await symlink(precious, join(ctx.cwd, "linux", "initramfs.cpio.built-in"));
  const built = await kernel({ initramfs: await initramfs("070701") });
  expect(built.image).toMatch(/070701$/);
  expect(await readFile(precious, "utf8")).toBe("as it was");
});

test("a folder that is no kernel's source, and a file that is no tarball, are refused", async () => {
  await rm(join(ctx.cwd, "linux", "Kconfig"));
  await expect(kernel()).rejects.toThrow("source: is no kernel's: it has no Kconfig file");
  await writeFile(join(ctx.cwd, "text"), "no tarball");
  await expect(kernel({ source: { file: "text" } })).rejects.toThrow("source: is no tarball: tar:");
});

test("a link in a source leads to nothing of this machine", async () => {
  const secret = join(ctx.cwd, "secret");
  await writeFile(secret, 'config NET\n\tbool "Networking"\n');
  await rm(join(ctx.cwd, "linux", "Kconfig"));
  await symlink(secret, join(ctx.cwd, "linux", "Kconfig"));
  await expect(kernel()).rejects.toThrow("it has no Kconfig file");
  await writeFiles(join(ctx.cwd, "linux"), {
    Kconfig2: smallSource.Kconfig ?? "",
    Makefile: `${smallSource.Makefile}\trm arch/x86/boot/bzImage; ln -s ${secret} arch/x86/boot/bzImage\n`,
  });
  await rm(join(ctx.cwd, "linux", "Kconfig"));
  await symlink("Kconfig2", join(ctx.cwd, "linux", "Kconfig"));
  await expect(kernel()).rejects.toThrow("The build made something other than a file");
});

/** This machine's own tools, with stand-ins in front of those that a real source takes and the small one does not. */
async function onHost(exitCodes: Readonly<Record<string, number>> = {}): Promise<Context> {
  const bin = join(ctx.cwd, "bin");
  for (const tool of ["bc", "bison", "cpio", "flex", "gcc", "ld", "perl", "python3"]) {
    await writeFiles(bin, { [tool]: `#!/bin/sh\nexit ${exitCodes[tool] ?? 0}\n` });
    await chmod(join(bin, tool), 0o755);
  }
  vi.stubEnv("PATH", `${bin}:${process.env.PATH}`);
  return { ...ctx, runner: hostRunner(ctx.store.root) };
}

test("the host's own tools build the same kernel as the toolbox", async () => {
  await writeFiles(ctx.cwd, { "1.patch": smallPatch });
  const given = { options: [net], patches: ["1.patch"] };
  const packed = { ...given, source: { file: "linux.tar.xz" } };
  await execa("tar", ["-cJf", "linux.tar.xz", "linux"], { cwd: ctx.cwd });
  const { ref } = await kernel(given);
  const host = await onHost();
  ctx.lines.length = 0;
  expect((await kernel(given, host)).ref.digest).toBe(ref.digest);
  expect(ctx.lines).toContain("compiling: 2 files, arch/x86/head");
  expect((await kernel(packed, host)).ref.digest).toBe(ref.digest);
});

test("tools that the host lacks are named all at once, with their packages", async () => {
  const host = await onHost({ bison: 127, gcc: 127 });
  await expect(kernel({}, host)).rejects.toMatchObject({
    name: "MissingToolError",
    message:
      "bison, gcc, gelf.h, openssl/ssl.h are needed to build a kernel but were not found\n(apt-get install bison gcc libelf-dev libssl-dev)",
  });
});

test("a build that fails says what make said", async () => {
  await writeFiles(join(ctx.cwd, "linux"), {
    Makefile: `${smallSource.Makefile}\techo 'main.c:1: error: no such thing' >&2; exit 1\n`,
  });
  await expect(kernel()).rejects.toMatchObject({
    name: "ToolError",
    message: expect.stringMatching(/^make failed with exit code 2: make .*no such thing/s),
  });
});

test("aborted while it compiles, a build ends and leaves nothing", async () => {
  await writeFiles(join(ctx.cwd, "linux"), {
    Makefile: `${smallSource.Makefile}\tsleep 1000\n`,
  });
  const stop = new AbortController();
  const progress = (text: string) => {
    if (text.startsWith("compiling")) stop.abort(new Error("stopped by the test"));
  };
  const world = { ...ctx, signal: stop.signal, log: { ...ctx.log, progress } };
  await expect(kernel({}, world)).rejects.toThrow("stopped by the test");
});
