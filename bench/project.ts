import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { Files } from "./projects.ts";

const repository = join(import.meta.dirname, "..");

/** How one `pulumi up` is run. */
export interface UpOptions {
  /** Run the preview that `pulumi up` begins with. Default: false. */
  readonly preview?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Told the process id of the Pulumi CLI once it runs. */
  readonly onStart?: (pid: number) => void;
}

/** A project of its own, with its own store and state, which the Pulumi CLI runs as a user's. */
export interface Project {
  readonly folder: string;
  readonly store: string;
  write(file: string, content: string | Uint8Array): Promise<void>;
  /** Runs `pulumi up` and resolves to the seconds that it took. */
  up(options?: UpOptions): Promise<number>;
  outputs(): Promise<Record<string, unknown>>;
  forgetStack(): Promise<void>;
  /** Forgets the stack, and of the store all but the layers, and their indexes unless said otherwise. */
  forgetAllButLayers(options?: { indexes: boolean }): Promise<void>;
}

/** Makes a project in a folder, whose name is its own, and an empty stack. */
export async function makeProject(home: string, files: Files): Promise<Project> {
  const [folder, state, store] = ["project", "state", "store"].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ];
  const env = {
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    BOOTWRIGHT_STORE: store,
    BOOTWRIGHT_CACHE: "",
  };
  const pulumi = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    execa("pulumi", [...args, "--stack", "bench"], {
      cwd: folder,
      env: { ...env, ...more },
      all: true,
    });
  const write = async (file: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), content);
  };
  const beginStack = async () => {
    await rm(state, { recursive: true, force: true });
    await mkdir(state, { recursive: true });
    await pulumi(["stack", "init"]);
  };

  const sdk = join("node_modules", "@pulumi", "pulumi");
  await mkdir(join(folder, dirname(sdk)), { recursive: true });
  await symlink(repository, join(folder, "node_modules", "bootwright"));
  await symlink(join(repository, sdk), join(folder, sdk));
  const runtime = "{ name: nodejs, options: { typescript: false } }";
  await write("Pulumi.yaml", `name: bench\nmain: index.ts\nruntime: ${runtime}\n`);
  await write("package.json", '{ "type": "module" }\n');
  await write(".dockerignore", "node_modules\nindex.ts\npackage.json\nPulumi*.yaml\n");
  for (const [file, content] of Object.entries(files)) await write(file, content);
  await beginStack();

  return {
    folder,
    store,
    write,
    async up({ preview = false, env: more = {}, onStart } = {}) {
      const started = performance.now();
      const running = pulumi(["up", "--yes", ...(preview ? [] : ["--skip-preview"])], more);
      if (running.pid !== undefined) onStart?.(running.pid);
      await running;
      return (performance.now() - started) / 1000;
    },
    outputs: async () => JSON.parse((await pulumi(["stack", "output", "--json"])).stdout),
    forgetStack: beginStack,
    async forgetAllButLayers({ indexes } = { indexes: true }) {
      await beginStack();
      const kept = new Set(["oci", "seals", "tools", ...(indexes ? ["indexes"] : [])]);
      for (const name of await readdir(store))
        if (!kept.has(name)) await rm(join(store, name), { recursive: true });
      for (const kind of await readdir(join(store, "seals")))
        if (kind !== "layer") await rm(join(store, "seals", kind), { recursive: true });
    },
  };
}
