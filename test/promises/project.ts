import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type EngineEvent, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";

const shown = new Set(["info", "info#err", "warning", "error"]);
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
  readonly env: Readonly<Record<string, string>>;
  write(file: string, content: string): Promise<void>;
  up(options?: { replace?: string[]; target?: string[] }): Promise<Run>;
  /** Operations are what an update would do. */
  preview(): Promise<Run>;
  /** Runs an update that must fail; returns what the user sees. */
  failingUp(options?: { continueOnError?: boolean }): Promise<string>;
  /** Runs a preview that must fail; returns what the user sees. */
  failingPreview(): Promise<string>;
  /** Operations are what the refresh found: same, update (something changed), delete (it is gone). */
  refresh(): Promise<Run>;
  /** URN by resource name, from the state. */
  urns(): Promise<Record<string, string>>;
  /** The whole state, with secrets in clear. */
  state(): Promise<string>;
  destroy(): Promise<void>;
  /** The same project in another folder, with the same state and store unless said otherwise. */
  checkoutElsewhere(options?: { store?: string; env?: Record<string, string> }): Promise<Project>;
  dispose(): Promise<void>;
}

/** Makes a project from a program and the files beside it, with a stack called `test` unless said otherwise. */
export async function makeProject(
  program: string,
  files: Readonly<Record<string, string>>,
  env: Record<string, string> = {},
  stackName = "test",
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
  return openProject({ home, folder, store: join(home, "store"), env, stackName });
}

async function put(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

async function openProject(place: {
  home: string;
  folder: string;
  store: string;
  env: Record<string, string>;
  stackName: string;
}): Promise<Project> {
  const { home, folder, store, env, stackName } = place;
  const envVars = {
    PULUMI_BACKEND_URL: `file://${join(home, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    BOOTWRIGHT_STORE: store,
    ...env,
  };
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName, workDir: folder },
    { envVars },
  );
  return {
    folder,
    store,
    env: envVars,
    write: (file, content) => put(join(folder, file), content),
    up: (options) =>
      watch(stack, (onEvent) => stack.up({ onEvent, suppressProgress: true, ...options })),
    preview: () => watch(stack, (onEvent) => stack.preview({ onEvent, suppressProgress: true })),
    refresh: () => watch(stack, (onEvent) => stack.refresh({ onEvent })),
    failingUp: (options) => failureOf(stack.up({ suppressProgress: true, ...options })),
    failingPreview: () => failureOf(stack.preview({ suppressProgress: true })),
    urns: async () => {
      const { resources } = (await stack.exportStack()).deployment;
      const urns = (resources as { urn: string }[]).map(({ urn }) => urn);
      return Object.fromEntries(urns.map((urn) => [urn.split("::").at(-1), urn]));
    },
    state: async () => JSON.stringify(await stack.exportStack()),
    destroy: async () => void (await stack.destroy()),
    checkoutElsewhere: async (options = {}) => {
      const other = join(home, `elsewhere-${Math.random().toString(36).slice(2)}`);
      await cp(folder, other, { recursive: true, verbatimSymlinks: true });
      return openProject({
        ...{ home, stackName, folder: other, store: options.store ?? store },
        env: { ...env, ...options.env },
      });
    },
    dispose: () => rm(home, { recursive: true, force: true }),
  };
}

function failureOf(operation: Promise<unknown>): Promise<string> {
  return operation.then(
    () => Promise.reject(new Error("it succeeded but should have failed")),
    (error: Error) => error.message,
  );
}

async function watch(
  stack: Stack,
  operate: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
): Promise<Run> {
  const operations: Record<string, string> = {};
  const messages: string[] = [];
  await operate(({ resourcePreEvent, resOutputsEvent, diagnosticEvent }) => {
    // What a refresh finds stands only in the event that ends it.
    const refreshed = resOutputsEvent && operations[nameOf(resOutputsEvent)] === "refresh";
    const { metadata } = (refreshed ? resOutputsEvent : resourcePreEvent) ?? {};
    if (metadata && !metadata.type.startsWith("pulumi:"))
      operations[nameOf({ metadata })] = metadata.op;
    const { severity, ephemeral, message = "" } = diagnosticEvent ?? {};
    // Debugging that nobody asked for is in the stream too.
    if (severity && shown.has(severity) && !ephemeral) messages.push(message);
  });
  const outputs = Object.fromEntries(
    Object.entries(await stack.outputs()).map(([key, { value }]) => [key, value as unknown]),
  );
  return { operations, messages, outputs };
}

function nameOf({ metadata }: { metadata: { urn: string } }): string {
  return metadata.urn.split("::").at(-1) ?? "";
}
