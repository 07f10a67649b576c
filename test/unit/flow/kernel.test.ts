import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../../provider/errors.ts";
import { Kernel } from "../../../provider/flow/collect/kernel.ts";
import { diffInputs } from "../../../provider/lifecycle/diff.ts";
import { testContext } from "../../context.ts";

const file = (digit: string) => ({
  kind: "file" as const,
  digest: `sha256:${digit.repeat(64)}`,
  recipe: "made",
});
const kernels = [
  { version: "6.12.1", path: "/boot/vmlinuz-6.12.1", image: file("a") },
  { version: "6.1.0", path: "/boot/vmlinuz-6.1.0", image: file("b") },
];
const bytes = Buffer.from("a kernel");
const sha256 = createHash("sha256").update(bytes).digest("hex");
const parse = (given: object) => Kernel.inputs.parse(given);

describe("Kernel refuses", () => {
  test.each<[string, object, string]>([
    [
      "an image without a kernel, naming the packages that have one",
      { kernels: [] },
      "kernels: the image has no kernel in /boot (install one in the Dockerfile: linux-image-amd64 in Debian, linux-image-generic in Ubuntu, linux-lts in Alpine)",
    ],
    [
      "a version that the image does not have",
      { kernels, version: "5.10" },
      'version: the image has no kernel "5.10" (it has "6.12.1", "6.1.0")',
    ],
    [
      "a tree's kernels together with a file",
      { kernels, file: { path: "vmlinuz" } },
      "file: is exclusive with kernels",
    ],
  ])("%s", (_title, given, expected) => {
    const problems = Kernel.rules?.(parse(given)) ?? [];
    expect(problems.map((p) => `${p.property}: ${p.reason}`)).toEqual([expected]);
  });

  test("neither kernels nor a file", () => {
    expect(() => Kernel.plan(parse({}))).toThrow("kernels: is required where file is not given");
  });

  test("nothing while the kernels are not known yet", () => {
    expect(Kernel.rules?.({})).toEqual([]);
  });
});

describe("Kernel from source refuses", () => {
  const source = { file: "linux.tar.xz" };
  test.each<[string, object, string[]]>([
    [
      "a source beside kernels",
      { kernels, source, preset: "tiny-serial" },
      ["source: is exclusive with kernels"],
    ],
    [
      "a source beside a file and a version",
      { file: { path: "vmlinuz" }, version: "6.1", source, preset: "tiny-serial" },
      ["source: is exclusive with file", "version: is that of the source where source is given"],
    ],
    [
      "two sources",
      { source: { ...source, package: "linux-source-6.1" }, baseConfig: "tinyconfig" },
      ["source: needs exactly one of file, directory, package; got file and package"],
    ],
    [
      "no source in the source",
      { source: {}, baseConfig: "tinyconfig" },
      ["source: needs exactly one of file, directory, package; got none"],
    ],
    [
      "a checksum of a directory",
      { source: { directory: "linux", sha256 }, baseConfig: "tinyconfig" },
      ["source.sha256: is that of a tarball: a directory has none"],
    ],
    [
      "an image without a package",
      { source: { ...source, image: "debian:12" }, baseConfig: "tinyconfig" },
      ["source.image: is the image that has the package"],
    ],
    [
      "no configuration",
      { source },
      ["preset: is required where baseConfig and configFile are not given"],
    ],
    [
      "three configurations",
      { source, preset: "tiny-serial", baseConfig: "tinyconfig", configFile: "a.config" },
      ["baseConfig: is exclusive with preset", "configFile: is exclusive with preset"],
    ],
    [
      "an option and a patch given twice",
      {
        ...{ source, preset: "tiny-serial", patches: ["a.patch", "b.patch", "a.patch"] },
        options: [
          { name: "SMP", value: "y" },
          { name: "SMP", value: "n" },
        ],
      },
      ["options[1].name: SMP is options[0] already", 'patches[2]: "a.patch" is patches[0] already'],
    ],
    [
      "a tree where an initramfs must be, and its path among the options",
      {
        ...{ source, preset: "tiny-serial", initramfs: { ...file("a"), kind: "tree" } },
        options: [{ name: "INITRAMFS_SOURCE", value: "a.cpio" }],
      },
      [
        "initramfs: must be a file, such as initramfs.ref, got a tree",
        "options[0].name: INITRAMFS_SOURCE is exclusive with initramfs",
      ],
    ],
    [
      "what only a source has a use for",
      { kernels, preset: "tiny-serial", options: [], patches: [], initramfs: file("a") },
      ["preset", "options", "patches", "initramfs"].map(
        (name) => `${name}: is for a kernel that is built: give its source`,
      ),
    ],
  ])("%s", (_title, given, expected) => {
    const problems = Kernel.rules?.(parse(given), (input) => !(input in given)) ?? [];
    expect(problems.map((p) => `${p.property}: ${p.reason}`)).toEqual(expected);
  });

  test("another processor, by the path of the platform", () => {
    const given = { source: { ...source, platform: "linux/arm64" }, preset: "tiny-serial" };
    expect(Kernel.inputs.safeParse(given).error?.issues).toMatchObject([
      {
        path: ["source", "platform"],
        message: "must be linux/amd64: kernels for other processors are not built",
      },
    ]);
  });

  test("nothing while what decides is not known yet", () => {
    const omitted = (input: string) => input !== "source" && input !== "preset";
    expect(Kernel.rules?.({ options: [] }, omitted)).toEqual([]);
    expect(Kernel.rules?.({ source }, omitted)).toEqual([]);
  });
});

test.each([
  ["a file", { file: { path: "vmlinuz", sha256 } }, { version: "", path: "" }],
  ["an image", { kernels }, { version: "6.12.1", path: "/boot/vmlinuz-6.12.1" }],
  [
    "source",
    { source: { file: "linux.tar" }, preset: "tiny-serial" },
    { version: "6.1.0", path: "", sizeBytes: 1 },
  ],
])(
  "a kernel from %s that is made is no change, though its version is now known",
  (_title, given, made) => {
    const inputs = parse(given);
    const { changed } = diffInputs(Kernel as never, { ...inputs, ...made }, inputs);
    expect(changed).toEqual([]);
  },
);

describe("Kernel from source is planned", () => {
  test("with its options by name, in which order they were given, those of options before the preset's", () => {
    const options = [
      { name: "TTY", value: "n" },
      { name: "CMDLINE", value: "quiet" },
    ];
    const [one, other] = [options, [...options].reverse()].map((given) =>
      Kernel.plan(
        parse({ source: { package: "linux-source-6.1" }, preset: "tiny-serial", options: given }),
      ),
    );
    expect(one?.build).toMatchObject({
      source: { package: "linux-source-6.1", image: "debian:12" },
      platform: "linux/amd64",
      base: "allnoconfig",
    });
    const names = (plan: typeof one) =>
      plan?.build?.options.map(({ name, value }) => `${name}=${value}`);
    expect(names(one)).toEqual([
      ...["64BIT=y", "BINFMT_ELF=y", "BINFMT_SCRIPT=y", "BLK_DEV_INITRD=y", "CMDLINE=quiet"],
      ...["DEVTMPFS=y", "DEVTMPFS_MOUNT=y", "PRINTK=y", "PROC_FS=y", "SERIAL_8250=y"],
      ...["SERIAL_8250_CONSOLE=y", "SYSFS=y", "TTY=n"],
    ]);
    expect(other).toEqual(one);
  });

  test("and runs tools, unlike one of the tree or from a file", () => {
    const plans = [
      { kernels },
      { file: { path: "a" } },
      { source: { file: "a" }, preset: "tiny-virtio" },
    ];
    expect(plans.map((given) => Kernel.usesTools?.(Kernel.plan(parse(given))))).toEqual([
      ...[false, false, true],
    ]);
  });

  test("with an initramfs by its content: the path is an option, and without one nothing is said of it", () => {
    const source = { file: "a" };
    const plan = (more: object) =>
      Kernel.plan(parse({ source, preset: "tiny-serial", ...more })).build;
    const own = { name: "INITRAMFS_SOURCE", value: "initramfs.cpio.built-in" };
    expect(plan({ initramfs: file("a") })?.initramfs).toEqual(file("a"));
    expect(plan({ initramfs: file("a") })?.options).toContainEqual(own);
    expect(plan({})).not.toHaveProperty("initramfs");
    expect(plan({})?.options).not.toContainEqual(own);
  });

  test("has every option of the smaller preset in the larger one", () => {
    const names = (preset: string) =>
      Kernel.plan(parse({ source: { file: "a" }, preset })).build?.options.map(
        (option) => option.name,
      );
    expect(names("tiny-virtio")).toEqual(expect.arrayContaining(names("tiny-serial") ?? []));
  });
});

describe("Kernel from source, when it is checked,", () => {
  let ctx: Awaited<ReturnType<typeof testContext>>;
  beforeEach(async () => {
    ctx = await testContext();
    await writeFile(join(ctx.cwd, "linux.tar.xz"), bytes);
    await writeFile(join(ctx.cwd, "a.patch"), bytes);
    await mkdir(join(ctx.cwd, "linux", ".git"), { recursive: true });
    await writeFile(join(ctx.cwd, "linux", "Kconfig"), bytes);
  });
  afterEach(() => ctx.dispose());
  const observe = (given: object) =>
    Kernel.observe?.(parse({ preset: "tiny-serial", ...given }), ctx);
  const problem = (error: unknown) => (error instanceof InputError ? error.problems : error);

  test("hashes its tarball, configuration and patches, so that a diff names what changed", async () => {
    const file = join(ctx.cwd, "linux.tar.xz");
    expect(await observe({ source: { file, sha256 }, patches: ["a.patch"] })).toEqual({
      source: { file: "linux.tar.xz", sha256 },
      patches: ["a.patch"],
      observed: { source: `sha256:${sha256}`, patches: [`sha256:${sha256}`] },
    });
    const config = { configFile: "a.patch", preset: undefined };
    expect((await observe({ source: { file }, ...config }))?.observed).toEqual({
      source: `sha256:${sha256}`,
      configFile: `sha256:${sha256}`,
    });
  });

  test("refuses a tarball that is not what it must be, and files that are not there", async () => {
    const wrong = "0".repeat(64);
    const file = "linux.tar.xz";
    expect(await observe({ source: { file, sha256: wrong } })?.catch(problem)).toEqual([
      { property: "source.sha256", reason: `"linux.tar.xz" has ${sha256}, not ${wrong}` },
    ]);
    for (const [given, property] of [
      [{ source: { file: "gone" } }, "source.file"],
      [{ source: { directory: "gone" } }, "source.directory"],
      [{ source: { file }, patches: ["a.patch", "gone"] }, "patches[1]"],
      [{ source: { file }, preset: undefined, configFile: "gone" }, "configFile"],
    ] as const)
      expect(await observe(given)?.catch(problem)).toMatchObject([{ property }]);
  });

  test("hashes a folder by its content, its git left out", async () => {
    const hash = async () =>
      (await observe({ source: { directory: "linux" } }))?.observed?.source ?? "";
    const before = await hash();
    await writeFile(join(ctx.cwd, "linux", ".git", "HEAD"), "ref");
    expect(await hash()).toBe(before);
    await chmod(join(ctx.cwd, "linux", "Kconfig"), 0o755);
    const executable = await hash();
    await writeFile(join(ctx.cwd, "linux", "Kconfig"), "another");
    expect(new Set([before, executable, await hash()]).size).toBe(3);
  });
});

describe("Kernel from an image", () => {
  test("is the newest, or the one asked for", () => {
    const chosen = [{}, { version: "6.1.0" }].map((more) =>
      Kernel.plan(parse({ kernels, ...more })),
    );
    expect(chosen.map((plan) => plan.found?.path)).toEqual([
      "/boot/vmlinuz-6.12.1",
      "/boot/vmlinuz-6.1.0",
    ]);
  });

  test("is known before anything is made, and keeps the recipe of the tree's file", () => {
    const plan = Kernel.plan(parse({ kernels }));
    expect(Kernel.known?.(plan)).toEqual({
      ref: file("a"),
      version: "6.12.1",
      path: "/boot/vmlinuz-6.12.1",
    });
  });
});

describe("Kernel from a file", () => {
  let ctx: Awaited<ReturnType<typeof testContext>>;
  beforeEach(async () => {
    ctx = await testContext();
    await writeFile(join(ctx.cwd, "vmlinuz"), bytes);
  });
  afterEach(() => ctx.dispose());

  const observe = (given: object) => Kernel.observe?.(parse({ file: given }), ctx);
  const problem = (error: unknown) => (error instanceof InputError ? error.problems[0] : error);

  test("is hashed when it is checked", async () => {
    expect(await observe({ path: "vmlinuz" })).toEqual({ file: { path: "vmlinuz", sha256 } });
  });

  test("is refused when it is missing or is not what it must be", async () => {
    expect(await observe({ path: "other" })?.catch(problem)).toEqual({
      property: "file.path",
      reason: '"other" does not exist',
    });
    const wrong = "0".repeat(64);
    expect(await observe({ path: "vmlinuz", sha256: wrong })?.catch(problem)).toEqual({
      property: "file.sha256",
      reason: `"vmlinuz" has ${sha256}, not ${wrong}`,
    });
  });

  test("becomes an object of the store that lies in no tree", async () => {
    const plan = Kernel.plan(parse({ file: { path: "vmlinuz", sha256 }, version: "6.18" }));
    const made = await Kernel.make?.(plan, ctx);
    expect(made).toEqual({
      ref: { kind: "file", digest: `sha256:${sha256}`, recipe: "" },
      version: "6.18",
      path: "",
    });
    expect(await readFile(ctx.store.path("file", `sha256:${sha256}`))).toEqual(bytes);
  });

  test("is refused when it changed after it was checked", async () => {
    const plan = Kernel.plan(parse({ file: { path: "vmlinuz", sha256 } }));
    await writeFile(join(ctx.cwd, "vmlinuz"), "another kernel");
    await expect(Kernel.make?.(plan, ctx)).rejects.toThrow(`not ${sha256}`);
  });
});
