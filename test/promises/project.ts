import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type EngineEvent, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";

const repository = join(import.meta.dirname, "..", "..");

/** What one `pulumi up` did, from the engine's event stream. */
export interface Run {
  /** Operation by resource name: create, update, same, replace, delete … */
  readonly operations: Readonly<Record<string, string>>;
  /** Diagnostics, as the user sees them. */
  readonly messages: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** A project of its own, with its own store, state and folder, run by the real Pulumi CLI. */
export interface Project {
  readonly folder: string;
  readonly store: string;
  write(file: string, content: string): Promise<void>;
  up(): Promise<Run>;
  /** Runs an update that must fail; returns what the user sees. */
  failingUp(): Promise<string>;
  refresh(): Promise<Run>;
  destroy(): Promise<void>;
  /** The same project in another folder, with the same state and store unless said otherwise. */
  checkoutElsewhere(options?: { store?: string; env?: Record<string, string> }): Promise<Project>;
  dispose(): Promise<void>;
}

/** Makes a project from a program and the files beside it. */
export async function makeProject(
  program: string,
  files: Readonly<Record<string, string>>,
  env: Record<string, string> = {},
): Promise<Project> {
  const home = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  const folder = join(home, "project");
  await mkdir(join(folder, "node_modules", "@pulumi"), { recursive: true });
  await mkdir(join(home, "state"));
  await symlink(repository, join(folder, "node_modules", "bootwright"));
  await symlink(
    join(repository, "node_modules", "@pulumi", "pulumi"),
    join(folder, "node_modules", "@pulumi", "pulumi"),
  );
  const all = {
    "Pulumi.yaml":
      "name: fixture\nmain: index.ts\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "package.json": '{ "type": "module" }\n',
    "index.ts": program,
    ...files,
  };
  for (const [file, content] of Object.entries(all)) await put(join(folder, file), content);
  return openProject(home, folder, join(home, "store"), env);
}

async function put(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

async function openProject(
  home: string,
  folder: string,
  store: string,
  env: Record<string, string>,
): Promise<Project> {
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "test", workDir: folder },
    {
      envVars: {
        PULUMI_BACKEND_URL: `file://${join(home, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        BOOTWRIGHT_STORE: store,
        ...env,
      },
    },
  );
  return {
    folder,
    store,
    write: (file, content) => put(join(folder, file), content),
    up: () => watch(stack, (onEvent) => stack.up({ onEvent, suppressProgress: true })),
    refresh: () => watch(stack, (onEvent) => stack.refresh({ onEvent })),
    failingUp: () =>
      stack.up({ suppressProgress: true }).then(
        () => Promise.reject(new Error("the update succeeded but should have failed")),
        (error: Error) => error.message,
      ),
    destroy: async () => void (await stack.destroy()),
    checkoutElsewhere: async (options = {}) => {
      const other = join(home, `elsewhere-${Math.random().toString(36).slice(2)}`);
      await cp(folder, other, { recursive: true, verbatimSymlinks: true });
      return openProject(home, other, options.store ?? store, { ...env, ...options.env });
    },
    dispose: () => rm(home, { recursive: true, force: true }),
  };
}

async function watch(
  stack: Stack,
  operate: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
): Promise<Run> {
  const operations: Record<string, string> = {};
  const messages: string[] = [];
  await operate(({ resourcePreEvent, diagnosticEvent }) => {
    const { metadata } = resourcePreEvent ?? {};
    if (metadata && !metadata.type.startsWith("pulumi:"))
      operations[metadata.urn.split("::").at(-1) ?? ""] = metadata.op;
    if (diagnosticEvent && !diagnosticEvent.ephemeral) messages.push(diagnosticEvent.message);
  });
  const outputs = Object.fromEntries(
    Object.entries(await stack.outputs()).map(([key, { value }]) => [key, value as unknown]),
  );
  return { operations, messages, outputs };
}
