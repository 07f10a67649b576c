import * as z from "zod";
import { ContentError } from "../../errors.ts";

/** What an image says of its process. */
export interface ImageConfig {
  /** `NAME=value`. */
  readonly env: string[];
  readonly entrypoint: string[];
  readonly cmd: string[];
  readonly user: string;
  readonly workingDir: string;
  /** Sorted by name. */
  readonly labels: { name: string; value: string }[];
  /** Such as `80/tcp`, sorted. */
  readonly exposedPorts: string[];
  /** Command of the health check, beginning with NONE, CMD or CMD-SHELL; empty when there is none. */
  readonly healthcheck: string[];
  /** When the health check is made; 0 where the image does not say. */
  readonly healthTimes: {
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly startPeriodSeconds: number;
  };
  /** Signal that asks the process to end, as written; empty when there is none. */
  readonly stopSignal: string;
  /** Such as `amd64`; empty when unknown. */
  readonly architecture: string;
}

/** The configuration of what is no image. */
export const noConfig: ImageConfig = {
  env: [],
  entrypoint: [],
  cmd: [],
  user: "",
  workingDir: "",
  labels: [],
  exposedPorts: [],
  healthcheck: [],
  healthTimes: { intervalSeconds: 0, timeoutSeconds: 0, startPeriodSeconds: 0 },
  stopSignal: "",
  architecture: "",
};

/** One line of an image's history: what made a layer, or changed only the configuration. */
export interface HistoryEntry {
  /** The instruction as the builder wrote it down; empty where it did not. */
  readonly createdBy: string;
  readonly emptyLayer: boolean;
}

const texts = z.array(z.string()).nullish();
const nanoseconds = z.number().nonnegative().nullish();
const schema = z.object({
  architecture: z.string().nullish(),
  history: z
    .array(z.object({ created_by: z.string().nullish(), empty_layer: z.boolean().nullish() }))
    .nullish(),
  rootfs: z.object({ diff_ids: z.array(z.string().regex(/^sha256:[0-9a-f]{64}$/)) }),
  config: z
    .object({
      Env: texts,
      Entrypoint: texts,
      Cmd: texts,
      User: z.string().nullish(),
      WorkingDir: z.string().nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      Healthcheck: z
        .object({
          Test: texts,
          Interval: nanoseconds,
          Timeout: nanoseconds,
          StartPeriod: nanoseconds,
        })
        .nullish(),
      StopSignal: z.string().nullish(),
    })
    .nullish(),
});

/** Reads an image's configuration file (image-spec, config.md; Docker's is the same): layers' digests, history and process. */
export function parseImageConfig(json: unknown): {
  diffIds: string[];
  config: ImageConfig;
  history: HistoryEntry[];
} {
  const { rootfs, config, architecture, history } = parseJson(
    schema,
    json,
    "the image's configuration",
  );
  const labels = Object.entries(config?.Labels ?? {}).map(([name, value]) => ({ name, value }));
  return {
    diffIds: rootfs.diff_ids,
    history: (history ?? []).map((entry) => ({
      createdBy: entry.created_by ?? "",
      emptyLayer: entry.empty_layer === true,
    })),
    config: {
      env: config?.Env ?? [],
      entrypoint: config?.Entrypoint ?? [],
      cmd: config?.Cmd ?? [],
      user: config?.User ?? "",
      workingDir: config?.WorkingDir ?? "",
      labels: labels.sort((a, b) => (a.name < b.name ? -1 : 1)),
      exposedPorts: Object.keys(config?.ExposedPorts ?? {}).sort(),
      healthcheck: config?.Healthcheck?.Test ?? [],
      healthTimes: {
        intervalSeconds: seconds(config?.Healthcheck?.Interval),
        timeoutSeconds: seconds(config?.Healthcheck?.Timeout),
        startPeriodSeconds: seconds(config?.Healthcheck?.StartPeriod),
      },
      stopSignal: config?.StopSignal ?? "",
      architecture: architecture ?? "",
    },
  };
}

/** A timer counts whole seconds, and none is less than one. */
function seconds(nanoseconds: number | null | undefined): number {
  return Math.min(Math.ceil((nanoseconds ?? 0) / 1e9), 1e9);
}

/** JSON of someone else's as what it should be, or an error that names the part that is not. */
export function parseJson<T>(shape: z.ZodType<T>, json: unknown, what: string): T {
  const result = shape.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const at = issue.path.join(".");
  throw new ContentError(`${what} is malformed${at && ` at ${at}`}: ${issue.message}`);
}
