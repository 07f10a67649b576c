import type { z } from "zod";
import type { InputProblem } from "./errors.ts";
import type { Runner, ToolboxName } from "./host/tool.ts";
import type { Ref } from "./plan/ref.ts";
import type { Store } from "./store/store.ts";

/** Who declares a resource: names its roots in the store and its remote objects. */
export interface Owner {
  readonly urn: string;
  readonly project: string;
  readonly stack: string;
  readonly name: string;
  /** Tells the old from the new while a resource is being replaced: both have the same URN. */
  readonly instance?: string | undefined;
}

/** What a step may use of the world; nothing else in `flow/` touches it. */
export interface Context {
  readonly store: Store;
  readonly runner: Runner;
  /** The project's folder; relative paths of inputs are relative to it. */
  readonly cwd: string;
  readonly owner: Owner;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** The secret inputs of the resource that is being made: they are in no plan, and so in no key and no recipe. None where a recipe is run again. */
  readonly secrets?: Readonly<Record<string, unknown>>;
  /** What the resource that is being made gave last, where it updates: a step may start from it, and gives the same bytes. */
  readonly previous?: Ref | undefined;
  /** Brings an artefact into the store (store, cache, else its recipe) and returns where it lies. */
  materialise(ref: Ref): Promise<string>;
}

export interface Log {
  /** A line that replaces the one before where the terminal allows. */
  progress(text: string): void;
  info(text: string): void;
  warn(text: string): void;
}

/** A step of the graph: a name, a version that changes whenever its bytes would, and what it does with a plan. */
export interface Step<P, O> {
  readonly name: string;
  readonly version: number;
  /** Debian packages whose versions decide the result; part of the key. */
  readonly packages?: readonly string[];
  /** The toolbox that has the packages, where it is not the usual one. */
  readonly toolbox?: ToolboxName;
  /** Makes the artefacts of a plan and commits them to the store. Artefact outputs carry `recipe: ""`: the core fills it in. */
  make(plan: P, ctx: Context): Promise<O>;
}

/** The effect of a resource on something outside the store. */
export interface Remote<P, O> {
  /** Brings the remote side to the plan; `previous` are the last recorded outputs, if any. */
  put(plan: P, ctx: Context, previous: O | undefined): Promise<O>;
  /** What is there now; undefined only when it is surely gone. */
  find(outputs: O, plan: P, ctx: Context): Promise<O | undefined>;
  remove(outputs: O, plan: P, ctx: Context): Promise<void>;
}

/** One resource: schema, pure plan, and either a deterministic step or a remote effect. */
export interface Resource<
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodObject = z.ZodObject,
  P = unknown,
> {
  readonly name: string;
  readonly description: string;
  readonly version: number;
  readonly inputs: I;
  readonly outputs: O;
  readonly packages?: readonly string[];
  readonly toolbox?: ToolboxName;
  /** Whether a plan runs tools at all; without this every one does, where there are packages. */
  readonly usesTools?: (plan: P) => boolean;
  /** Rules across fields; gets what is valid and known, and must not trip over what is missing. `omitted`: surely not given, rather than not known yet. */
  readonly rules?: (
    inputs: Partial<z.output<I>>,
    omitted?: (input: keyof z.output<I> & string) => boolean,
  ) => InputProblem[];
  /** Reads files that inputs name, at check: hashes that become inputs, so that diffs name what changed; `previous` is what was found before. */
  readonly observe?: (
    inputs: z.output<I>,
    ctx: Pick<Context, "cwd" | "store">,
    previous?: Partial<z.output<I>>,
  ) => Promise<Partial<z.output<I>>>;
  /** Pure: inputs to everything that decides the result. Equal plans are an unchanged resource. */
  readonly plan: (inputs: z.output<I>) => P;
  /** Outputs that a preview can already know. */
  readonly known?: (plan: P) => Partial<z.output<O>>;
  readonly make?: Step<P, z.output<O>>["make"];
  /**
   * True where the preview of an update makes it, so that what follows is judged by what is really there: quick, and the better part of the
   * update that comes. Nothing but the store and the builder's cache changes.
   */
  readonly madeInPreview?: boolean;
  /** Says which of the files that inputs name have changed: `note` keeps what is there when it is made, `changes` compares with that. */
  readonly files?: {
    readonly note: (inputs: z.output<I>, ctx: Pick<Context, "cwd" | "store">) => Promise<void>;
    readonly changes: (
      olds: z.output<I>,
      news: z.output<I>,
      ctx: Pick<Context, "cwd" | "store">,
    ) => Promise<string | undefined>;
  };
  /** False for steps whose result is never taken from an earlier run without asking them, such as a remote. */
  readonly remote?: Remote<P, z.output<O>>;
  /** Inputs whose change makes a new resource instead of an update. */
  readonly replaceOn?: readonly (keyof z.output<I> & string)[];
  /** Names of the inputs that are secrets; a step takes them from the context, and its plan, which is kept, holds none. */
  readonly secrets?: readonly string[];
}

/** Declares a resource; gives the generic parameters their values by inference. */
export function defineResource<I extends z.ZodObject, O extends z.ZodObject, P>(
  resource: Resource<I, O, P>,
): Resource<I, O, P> {
  return resource;
}
