import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findResource, findStep } from "../../../provider/flow/index.ts";
import { dockerClient } from "../../../provider/host/docker.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { put } from "../../../provider/lifecycle/operate.ts";
import { isOriginOf, readTrace } from "../../../provider/manifest/trace.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { testContext } from "../../context.ts";
import { slsaStatementSchema } from "./slsa-schema.ts";

type Made = Record<string, Ref> & Record<string, unknown>;
type World = Awaited<ReturnType<typeof testContext>>;
interface Sbom {
  readonly serialNumber: string;
  readonly metadata: { readonly component: { readonly properties: Property[] } };
  readonly components: readonly Component[];
}
interface Property {
  readonly name: string;
  readonly value: string;
}
interface Component {
  readonly "bom-ref": string;
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly hashes?: readonly { readonly content: string }[];
  readonly properties?: readonly Property[];
}

const dockerfile = `FROM busybox AS tools
RUN echo built > /built
FROM debian:12
ARG WHO=me
COPY --from=tools /built /usr/local/share/built
RUN echo "$WHO" > /etc/motd \\
 && ln /etc/motd /etc/motd.hard \\
 && ln -s motd /etc/motd.soft \\
 && : > /srv/empty
COPY own /srv/own
RUN echo again > /etc/motd && chmod 700 /srv
RUN echo $((1<<3)) "<<a" > /srv/shifted
COPY <<"the-end" /srv/here
	the-end
FROM nothing
the-end
ONBUILD RUN <<EOF
true
EOF
RUN : \\\\
RUN echo last \\
# in between

 > /srv/last
`;

/** Makes the image, a disk with a small FAT, its VHD and the manifest of all that, in a store of its own. */
async function record(): Promise<{
  ctx: World;
  rootfs: Made;
  manifest: Made;
  disk: Made;
  vhd: Made;
}> {
  const ctx = await testContext({ find: findStep });
  const files = { "image/Dockerfile": dockerfile, "image/own": "one", initrd: "an initrd" };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(ctx.cwd, path)), { recursive: true });
    await writeFile(join(ctx.cwd, path), content);
  }
  const make = async (name: string, given: Record<string, unknown>): Promise<Made> => {
    const resource = findResource(name)!;
    const { inputs, problems } = await checkInputs(resource, given, ctx);
    expect(problems).toEqual([]);
    return (await put(resource, inputs, ctx)) as Made;
  };
  const rootfs = await make("Rootfs", {
    source: { dockerfile: { context: "image" } },
    hostname: "web",
    scrub: [],
  });
  const initrd = await make("Initramfs", { file: { path: "initrd" } });
  const { layout } = (await make("PartitionLayout", {
    seed: "manifest",
    diskSizeMiB: 32,
    partitions: [{ name: "boot", type: "fat16", sizeMiB: 16 }],
  })) as unknown as { layout: { partitions: unknown[] } };
  const filesystem = await make("Filesystem", {
    type: "fat16",
    partition: layout.partitions[0],
    files: [{ path: "/initrd.img", content: initrd.ref }],
  });
  const disk = await make("DiskImage", {
    layout,
    filesystems: [{ partition: "boot", content: filesystem.ref }],
  });
  const vhd = await make("ConvertedImage", { image: disk.ref, format: "vhd" });
  const manifest = await make("Manifest", {
    name: "web",
    tree: rootfs.ref,
    origin: rootfs.origin,
    artefacts: [
      { name: "initrd", content: initrd.ref },
      { name: "disk", content: disk.ref },
      { name: "vhd", content: vhd.ref },
    ],
    proof: { imageDigest: disk.ref!.digest, expectations: "login:" },
  });
  return { ctx, rootfs, manifest, disk, vhd };
}

let made: Awaited<ReturnType<typeof record>>;
let sbom: Sbom;
const at = (ref: Ref | undefined) => made.ctx.store.path("file", ref!.digest);
const docker = (...args: string[]) => execa(dockerClient(), args);
const image = "bootwright-manifest-test";

beforeAll(async () => {
  made = await record();
  sbom = JSON.parse(await readFile(at(made.manifest.sbom), "utf8"));
  await docker("build", "--quiet", "--tag", image, join(made.ctx.cwd, "image"));
});
afterAll(async () => {
  await docker("image", "rm", "--force", image);
  await made.ctx.dispose();
});

const told = ({ properties = [] }: Pick<Component, "properties">, name: string) =>
  properties.find((property) => property.name === `bootwright:${name}`)?.value;
const fileAt = (path: string) => sbom.components.find((c) => c["bom-ref"] === `file:${path}`)!;

describe("the SBOM of a Debian image", () => {
  test("lists the packages and sources that dpkg lists, in the same versions", async () => {
    const format =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own.
      "${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n";
    const { stdout } = await docker("run", "--rm", image, "dpkg-query", "-W", "-f", format);
    const listed = stdout.split("\n").filter((line) => line.startsWith("installed "));
    const found = sbom.components
      .filter(({ type }) => type === "library")
      .map((c) => {
        const architecture = /\?arch=(.*)$/.exec(c["bom-ref"])![1];
        const source = `${told(c, "sourcePackage")} ${told(c, "sourceVersion")}`;
        return `installed ${c.name} ${c.version} ${architecture} ${source}`;
      });
    expect(found.length).toBeGreaterThan(80);
    expect(found.sort()).toEqual(listed.sort());
    expect(made.manifest.packages).toBe(found.length);
  });

  test("is valid by the official schema of CycloneDX 1.6, and its references are unique", () => {
    const folder = dirname(
      createRequire(import.meta.url).resolve("@cyclonedx/cyclonedx-library/package.json"),
    );
    const schema = (name: string) =>
      JSON.parse(
        readFileSync(join(folder, "res", "schema", `${name}.SNAPSHOT.schema.json`), "utf8"),
      );
    const ajv = new Ajv({ strict: false });
    const base = "http://cyclonedx.org/schema/";
    for (const name of ["spdx", "jsf-0.82"])
      ajv.addSchema(schema(name), `${base}${name}.SNAPSHOT.schema.json`);
    for (const format of ["iri-reference", "idn-email", "date-time", "email", "uri"])
      ajv.addFormat(format, true);
    const validate = ajv.compile(schema("bom-1.6"));
    // Comparing each of thousands of files with each other takes an hour: unique references say as much.
    const few = sbom.components.filter((c, i) => c.type !== "file" || i % 40 === 0);
    expect(validate({ ...sbom, components: few }), JSON.stringify(validate.errors)).toBe(true);
    const kept = sbom.components.map((component) => component["bom-ref"]);
    expect(new Set(kept).size).toBe(kept.length);
    expect(validate({ ...sbom, components: [{ type: "nothing" }] })).toBe(false);
  });

  test("says of each entry what find says in the image", async () => {
    const { stdout } = await docker(
      ...["run", "--rm", "--network", "none", image, "find", "/", "-xdev"],
      ...["(", "-path", "/proc", "-o", "-path", "/sys", "-o", "-path", "/dev", ")", "-prune"],
      ...["-o", "-printf", "%p %m %U:%G %y\\n"],
    );
    const letters: Record<string, string> = { d: "directory", f: "file", l: "symlink" };
    // What an engine puts into every container.
    const own = /^\/(\.dockerenv|etc\/(hostname|hosts|resolv\.conf|mtab))?$/;
    const seen = stdout
      .split("\n")
      .map((line) => line.split(" "))
      .filter(([path = ""]) => !own.test(path))
      .map(([path, mode = "", owner, type = ""]) => [
        path,
        mode.padStart(4, "0"),
        owner,
        letters[type],
      ]);
    const entries = sbom.components
      .filter(
        ({ type, name }) =>
          type === "file" && !own.test(name) && !/^\/(proc|sys|dev)(\/|$)/.test(name),
      )
      .map((c) => {
        const type = told(c, "type");
        return [c.name, told(c, "mode"), told(c, "owner"), type === "link" ? "file" : type];
      });
    expect(entries.map((entry) => entry.join(" ")).sort()).toEqual(
      seen.map((e) => e.join(" ")).sort(),
    );
  });

  test("names the layer of each entry by its line of the Dockerfile", () => {
    const layers = (path: string) =>
      told(sbom.metadata.component, `layer:${told(fileAt(path), "layer")}`);
    expect(layers("/usr/local/share/built")).toMatch(/^Dockerfile:5 COPY --from=tools/);
    expect(layers("/etc/motd.soft")).toMatch(/^Dockerfile:6 RUN echo/);
    expect(layers("/srv/own")).toBe("Dockerfile:10 COPY own /srv/own");
    expect(layers("/etc/motd")).toMatch(/^Dockerfile:11 RUN/);
    expect(layers("/srv/shifted")).toMatch(/^Dockerfile:12 RUN/);
    expect(layers("/srv/here")).toBe('Dockerfile:13 COPY <<"the-end" /srv/here');
    expect(layers("/srv/last")).toBe("Dockerfile:21 RUN echo last > /srv/last");
    expect(layers("/etc/hostname")).toBe("Rootfs inputs: hostname");
    expect(told(fileAt("/usr/bin/dpkg"), "package")).toBe("dpkg");
    expect(layers("/usr/bin/dpkg")).toBe("unknown");
  });
});

test("SHA256SUMS is what sha256sum finds in the image, of every file", async () => {
  const text = await readFile(at(made.manifest.sha256sums), "latin1");
  const lines = text
    .split("\n")
    .filter((line) => !/ {2}etc\/(hostname|hosts|resolv\.conf)$/.test(line));
  expect(lines.length).toBeGreaterThan(made.manifest.files as unknown as number);
  const check = ["run", "--rm", "--interactive", "--workdir", "/", image];
  const { stdout } = await execa(
    dockerClient(),
    [...check, "sha256sum", "--check", "--strict", "-"],
    { input: Buffer.from(lines.join("\n"), "latin1") },
  );
  expect(stdout.split("\n").every((line) => line.endsWith(": OK"))).toBe(true);
  expect(stdout.split("\n")).toHaveLength(lines.length - 1);
});

describe("the provenance", () => {
  test("names every base image with its digest, the Dockerfile and what was made", async () => {
    const statement = JSON.parse(await readFile(at(made.manifest.provenance), "utf8"));
    expect([statement._type, statement.predicateType]).toEqual([
      "https://in-toto.io/Statement/v1",
      "https://slsa.dev/provenance/v1",
    ]);
    const { resolvedDependencies, externalParameters, internalParameters } =
      statement.predicate.buildDefinition;
    for (const name of ["busybox", "debian:12"]) {
      const { stdout } = await docker("image", "inspect", "--format", "{{.Id}}", name);
      expect(resolvedDependencies).toContainEqual({
        ...{ name, uri: `docker-image://${name}` },
        digest: { sha256: stdout.replace("sha256:", "") },
      });
    }
    const sha256 = createHash("sha256").update(dockerfile).digest("hex");
    expect(resolvedDependencies).toContainEqual({ name: "dockerfile", digest: { sha256 } });
    expect(externalParameters.source.stages).toEqual([
      { name: "tools", line: 1, from: "busybox" },
      { name: "1", line: 3, from: "debian:12" },
    ]);
    const steps = internalParameters.recipes.map(({ step }: { step: string }) => step);
    expect(new Set(steps)).toEqual(
      new Set(["Rootfs", "Initramfs", "Filesystem", "DiskImage", "ConvertedImage"]),
    );
    expect(internalParameters.bootTest.expectations).toBe("login:");
    const versions = internalParameters.tools as { name: string; version: string }[];
    expect(versions.find(({ name }) => name === "qemu-utils")?.version).toMatch(/^\d/);
  });

  test("has the shape that in-toto's Statement and SLSA's provenance ask for", async () => {
    const statement = JSON.parse(await readFile(at(made.manifest.provenance), "utf8"));
    const validate = new Ajv({ strict: false }).compile(slsaStatementSchema);
    expect(validate(statement), JSON.stringify(validate.errors)).toBe(true);
    const { buildDefinition } = statement.predicate;
    for (const predicate of [{ buildDefinition }, { buildDefinition, runDetails: {} }])
      expect(validate({ ...statement, predicate })).toBe(false);
    const [subject] = statement.subject;
    expect(validate({ ...statement, subject: [{ ...subject, digest: {} }] })).toBe(false);
  });

  test("has the SHA-256 that sha256sum finds of a disk and of a VHD", async () => {
    const { subject } = JSON.parse(await readFile(at(made.manifest.provenance), "utf8"));
    const digestOf = (name: string) =>
      subject.find((one: { name: string }) => one.name === name).digest;
    const disk = await execa("sha256sum", [made.ctx.store.path("disk", made.disk.ref!.digest)]);
    expect(digestOf("disk")).toEqual({
      bootwrightDisk: made.disk.ref!.digest.slice(7),
      sha256: disk.stdout.slice(0, 64),
    });
    const vhd = join(made.ctx.cwd, "out.vhd");
    const { exportObject } = await import("../../../provider/store/export.ts");
    await exportObject(made.ctx.store, made.vhd.ref!, vhd, {
      signal: made.ctx.signal,
      progress: () => {},
    });
    expect(digestOf("vhd").sha256).toBe((await execa("sha256sum", [vhd])).stdout.slice(0, 64));
  });
});

test("the archive holds the three documents as they are", async () => {
  const listed = await execa("tar", ["--list", "--file", at(made.manifest.ref)]);
  const names = ["sbom.cdx.json", "provenance.intoto.json", "SHA256SUMS"];
  expect(listed.stdout.split("\n")).toEqual(names);
  const { stdout } = await execa("tar", ["-xOf", at(made.manifest.ref), "SHA256SUMS"], {
    encoding: "buffer",
    stripFinalNewline: false,
  });
  expect(Buffer.from(stdout).equals(await readFile(at(made.manifest.sha256sums)))).toBe(true);
});

test("a second build, in another folder and store, gives the same bytes", async () => {
  const again = await record();
  expect(again.manifest.ref!.digest).toBe(made.manifest.ref!.digest);
  expect(again.rootfs.origin!.digest).toBe(made.rootfs.origin!.digest);
  await again.ctx.dispose();
});

test("a path is traced to its line, its package and what it hides", async () => {
  const digests = { tree: made.rootfs.ref!.digest, origin: made.rootfs.origin!.digest };
  expect(await isOriginOf(at(made.rootfs.origin), digests.tree)).toBe(true);
  expect(await isOriginOf(at(made.manifest.sbom), digests.tree)).toBe(false);
  expect(await isOriginOf("/no/such/file", digests.tree)).toBe(false);
  const traced = (path: string) => readTrace(made.ctx.store, digests, path);
  const motd = await traced("/etc/motd");
  expect(motd?.now).toMatchObject({ layer: { number: 5, line: 11 }, size: 6 });
  expect(motd?.shadows[0]).toMatchObject({ layer: { number: 3, line: 6 }, size: 3 });
  expect((await traced("/srv"))?.now).toMatchObject({
    layer: { number: 1 },
    changedBy: { line: 11 },
  });
  expect((await traced("/bin/ls"))?.packages).toEqual(["coreutils"]);
});
