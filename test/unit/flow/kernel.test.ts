import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../../provider/errors.ts";
import { Kernel } from "../../../provider/flow/collect/kernel.ts";
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
