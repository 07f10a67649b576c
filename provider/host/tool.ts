import type { Readable, Writable } from "node:stream";

/** A toolbox beside the one that has most tools: `kernel` has what a kernel is built with. */
export type ToolboxName = "kernel";

/** A command as data. Paths in it are the store's own: the container sees the store where the host does. */
export interface ToolStep {
  /** Program name as found on PATH, such as `qemu-img`. */
  readonly tool: string;
  readonly args: readonly string[];
  /** What it is run for, in an error: "to convert the disk image". */
  readonly purpose: string;
  /** The folder it may write to (a stage of the store); the rest of the store is read-only for it. */
  readonly writes?: string;
  /** Debian package that has it: named when it is missing. */
  readonly package: string;
  /** The toolbox that has it, where it is not the usual one; on the host there is one set of tools. */
  readonly toolbox?: ToolboxName;
}

/** A tool that keeps running, such as a virtual machine. */
export interface RunningTool {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the process has ended; never rejects. */
  readonly ended: Promise<{ exitCode: number | undefined }>;
  /** Runs another tool in the same network and filesystem (loopback ports of this one are reachable), with its stdio as streams. */
  beside(step: ToolStep): RunningTool;
  /** Ends it and all it started; returns when nothing is left. */
  stop(): Promise<void>;
}

/** Runs tools without privilege: in the toolbox container, or on the host. */
export interface Runner {
  readonly kind: "container" | "host";
  /** Runs to the end; a failure is a ToolError with the command and its last lines; resolves to stdout. */
  run(
    step: ToolStep,
    options?: { signal?: AbortSignal; onLine?: (line: string) => void },
  ): Promise<string>;
  /** Starts and returns at once. */
  start(step: ToolStep, options?: { signal?: AbortSignal }): Promise<RunningTool>;
  /** Identity of the tools for a step's key: sha256 over the package lines of the toolbox, or the host's versions. */
  identity(packages: readonly string[], toolbox?: ToolboxName): Promise<string>;
}
