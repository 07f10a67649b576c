import { cp, mkdtemp, rm } from "node:fs/promises";
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
const ignored = { ".dockerignore": "*.py\n__pycache__\nPulumi.yaml\n" };

test.each([["python/pulumi_bootwright"], ["go/bootwright"]])(
  "sdk/%s is what Pulumi's generator makes of schema.json (npm run generate:sdks)",
  (part) =>
    withSdks(async (folder) => {
      expect(await filesIn(sdk(part))).toEqual(await filesIn(join(folder, part)));
    }),
);

test("the program in Go compiles", async () => {
  const env = { GOWORK: "off", GOFLAGS: "-mod=readonly" };
  await execa("go", ["vet", "./..."], { cwd: join(repository, "examples/go-server"), env });
});

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
      const said = errorsOf(await wrong.failingPreview());
      expect(Object.keys(said)).toEqual(["web-layout"]);
      expect(said["web-layout"]).toContain(
        "property diskSizeMiB value {-1} has a problem: Too small: expected number to be >=2",
      );
    } finally {
      for (const project of [typed, written, wrong]) await project.dispose();
    }
  }));
