import { readFileSync } from "node:fs";
import { join } from "node:path";

const example = join(import.meta.dirname, "../examples/debian-server");

/** What a project of the bench consists of: its program and the files beside it. */
export type Files = Readonly<Record<string, string>>;

/** One dynamic resource that does nothing: what any `pulumi up` of a program with one costs. */
export const trivial: Files = {
  "index.ts": `import * as pulumi from "@pulumi/pulumi";
class Trivial extends pulumi.dynamic.Resource {
  constructor(name: string, props: object) {
    super({ create: async (inputs: object) => ({ id: "trivial", outs: inputs }) }, name, props);
  }
}
new Trivial("trivial", { value: 1 });
`,
};

/** Resources of one face that run no tool: partition layouts; `trivial`: what {@link trivial} makes. */
export function resourcesOf(
  face: "trivial" | "dynamic" | "plugin",
  count: number,
  pluginFolder?: string,
): Files {
  if (face === "trivial") return { "index.ts": repeated(trivial["index.ts"] ?? "", count) };
  const module = face === "dynamic" ? "bootwright" : "bootwright/plugin";
  const layout = `import { PartitionLayout } from "${module}";
new PartitionLayout("trivial", { partitions: [{ name: "root", sizeMiB: 512 }] });
`;
  const plugins = pluginFolder
    ? `plugins: { providers: [{ name: bootwright, path: ${pluginFolder} }] }\n`
    : "";
  return {
    "index.ts": repeated(layout, count),
    "Pulumi.yaml": `name: bench\nmain: index.ts\nruntime: { name: nodejs, options: { typescript: false } }\n${plugins}`,
  };
}

/** A program whose last line is run for as many names. */
function repeated(program: string, count: number): string {
  const lines = program.trimEnd().split("\n");
  const last = (lines.pop() ?? "").replace('"trivial"', '"r" + i');
  return `${lines.join("\n")}\nfor (let i = 0; i < ${count}; i++) ${last}\n`;
}

const program = `import { Machine } from "bootwright";
const connectionString = process.env.BENCH_AZURE;
const web = new Machine("web", {
  source: { dockerfile: { context: "." } },
  hostname: "web",
  ...(connectionString ? { azure: { connectionString, container: "images", unproven: true } } : {}),
});
export const path = web.disk.path;
export const sizeBytes = web.disk.sizeBytes;
export const contentBytes = web.rootfs.bytes;
export const entries = web.rootfs.entries;
export const sentBytes = web.blob?.bytesSent ?? 0;
`;

const dockerfile = readFileSync(join(example, "Dockerfile"), "utf8");

/** The machine of examples/debian-server, about 1 GB of disk in 19,000 entries. */
export const debianServer: Files = {
  "index.ts": program,
  Dockerfile: dockerfile,
  "site/index.html": readFileSync(join(example, "site/index.html"), "utf8"),
};

/** A machine of about 150 MB that shares its first layers with {@link debianServer}. */
export const small: Files = {
  "index.ts": program,
  Dockerfile: `${kernelStage()}FROM debian:12\nCOPY --from=kernel /boot /boot\n`,
};

/** {@link small} with 60,000 files more, of a few bytes each: what grows with the number of entries alone. */
export const manyFiles: Files = {
  ...small,
  Dockerfile: `${small.Dockerfile}RUN for d in $(seq 300); do mkdir /srv/$d && seq 200 | split -l 1 - /srv/$d/; done\n`,
};

/** {@link debianServer} with its /usr twice more: nearly three times its bytes and its entries. */
export const large: Files = {
  ...debianServer,
  Dockerfile: dockerfile.replace(
    /^#.*\nCOPY/m,
    "RUN cp -a /usr /srv/one && cp -a /usr /srv/two\nCOPY",
  ),
};

/** The example's lines up to the one that installs the kernel, so that the builder has them already. */
function kernelStage(): string {
  const lines = dockerfile.split("\n");
  const last = lines.findIndex((line) => line.includes("linux-image"));
  return `${lines.slice(0, last + 1).join("\n")}\n`.replace(
    /^FROM debian:12$/m,
    "FROM debian:12 AS kernel",
  );
}
