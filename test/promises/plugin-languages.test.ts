import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { filesIn, withSdks } from "../../bin/generate-sdks.ts";
import { diskProgram, tinyFiles } from "./fixture.ts";
import { pluginEntry } from "./plugin-project.ts";
import { makeProject, type Project } from "./project.ts";
import { errorsOf } from "./survives/diagnostics.ts";

const repository = join(import.meta.dirname, "../..");
const sdk = (language: string) => join(repository, "sdk", language);

/** The machine of `diskProgram`. */
const python = `import pulumi
from pulumi_bootwright import Machine

web = Machine(
    "web", source={"dockerfile": {"context": "."}}, command_line="rw", disk_size_mi_b=SIZE
)
pulumi.export("tree", web.rootfs.apply(lambda rootfs: rootfs.ref.digest))
pulumi.export("ext4", web.filesystem.apply(lambda filesystem: filesystem.ref.digest))
pulumi.export("diskDigest", web.disk.apply(lambda disk: disk.ref.digest))
`;
const ignored = { ".dockerignore": "*.py\n__pycache__\n*.go\ngo.*\nPulumi.yaml\n" };

/** The same in Go. */
const go = `package main

import (
	"example.com/pulumi-bootwright/sdk/go/bootwright"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		context := &bootwright.DockerfileSourceArgs{Context: pulumi.String(".")}
		web, err := bootwright.NewMachine(ctx, "web", &bootwright.MachineArgs{
			Source:      &bootwright.RootfsSourceArgs{Dockerfile: context},
			CommandLine: pulumi.String("rw"),
			DiskSizeMiB: pulumi.Int(192),
		})
		if err != nil {
			return err
		}
		ctx.Export("tree", web.Rootfs.Ref().Digest())
		ctx.Export("ext4", web.Filesystem.Ref().Digest())
		ctx.Export("diskDigest", web.Disk.Ref().Digest())
		return nil
	})
}
`;

test.each([["python/pulumi_bootwright"], ["go/bootwright"]])(
  "sdk/%s is what Pulumi's generator makes of schema.json (npm run generate:sdks)",
  (part) =>
    withSdks(async (folder) => {
      expect(await filesIn(sdk(part))).toEqual(await filesIn(join(folder, part)));
    }),
);

/** The SDK as pip installs it, from a copy: pip builds where the sources are. */
async function withPython(work: (lib: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-python-"));
  try {
    const [source, lib] = [join(folder, "sdk"), join(folder, "lib")];
    await cp(sdk("python"), source, { recursive: true });
    const quiet = ["install", "--quiet", "--no-deps", "--target", lib, source];
    await execa("python3", ["-m", "pip", ...quiet]);
    await work(lib);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function makePython(lib: string, size: number): Promise<Project> {
  const entry = `name: fixture\nruntime: python\n${pluginEntry}`;
  const files = { "__main__.py": python.replace("SIZE", String(size)), "Pulumi.yaml": entry };
  return makeProject("", { ...tinyFiles, ...ignored, ...files }, { PYTHONPATH: lib });
}

test("a machine in Python has the digests of one in TypeScript, and the same mistakes are told", () =>
  withPython(async (lib) => {
    const typed = await makeProject(diskProgram, { ...tinyFiles });
    const written = await makePython(lib, 192);
    const wrong = await makePython(lib, -1);
    try {
      // The context is all that differs: what is no part of it is left out.
      const { path: _, ...digests } = (await typed.up()).outputs;
      const made = await written.up();
      expect(made.outputs).toEqual(digests);
      expect([...new Set(Object.values((await written.preview()).operations))]).toEqual(["same"]);
      await written.destroy();
      const said = await wrong.failingPreview();
      // Pulumi's own host of Python is interrupted, and may print where.
      expect(said).not.toContain("resource 'web' has a problem");
      expect(errorsOf(said)["web-layout"]).toContain(
        "property diskSizeMiB value {-1} has a problem: Too small: expected number to be >=2",
      );
    } finally {
      for (const project of [typed, written, wrong]) await project.dispose();
    }
  }));

const goEnv = { GOWORK: "off", GOFLAGS: "-mod=readonly" };
const goExample = join(repository, "examples/go-server");

test("the example in Go compiles", async () => {
  await execa("go", ["vet", "./..."], { cwd: goExample, env: goEnv });
});

test("a machine in Go has the digests of one in TypeScript", async () => {
  const [mod, sum] = await Promise.all(
    ["go.mod", "go.sum"].map((file) => readFile(join(goExample, file), "utf8")),
  );
  const files = {
    "main.go": go,
    "go.mod": (mod ?? "").replace("../../sdk/go", sdk("go")),
    "go.sum": sum ?? "",
    "Pulumi.yaml": `name: fixture\nruntime: go\n${pluginEntry}`,
  };
  const typed = await makeProject(diskProgram, { ...tinyFiles });
  const written = await makeProject("", { ...tinyFiles, ...ignored, ...files }, goEnv);
  try {
    const { path: _, ...digests } = (await typed.up()).outputs;
    expect((await written.up()).outputs).toEqual(digests);
  } finally {
    for (const project of [typed, written]) await project.dispose();
  }
});
