import { z } from "zod";
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
  architecture: "",
};

const texts = z.array(z.string()).nullish();
const schema = z.object({
  architecture: z.string().nullish(),
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
      Healthcheck: z.object({ Test: texts }).nullish(),
    })
    .nullish(),
});

/** Reads an image's configuration file (image-spec, config.md; Docker's is the same): layers' digests and process. */
export function parseImageConfig(json: unknown): { diffIds: string[]; config: ImageConfig } {
  const { rootfs, config, architecture } = parseJson(schema, json, "the image's configuration");
  const labels = Object.entries(config?.Labels ?? {}).map(([name, value]) => ({ name, value }));
  return {
    diffIds: rootfs.diff_ids,
    config: {
      env: config?.Env ?? [],
      entrypoint: config?.Entrypoint ?? [],
      cmd: config?.Cmd ?? [],
      user: config?.User ?? "",
      workingDir: config?.WorkingDir ?? "",
      labels: labels.sort((a, b) => (a.name < b.name ? -1 : 1)),
      exposedPorts: Object.keys(config?.ExposedPorts ?? {}).sort(),
      healthcheck: config?.Healthcheck?.Test ?? [],
      architecture: architecture ?? "",
    },
  };
}

/** JSON of someone else's as what it should be, or an error that names the part that is not. */
export function parseJson<T>(shape: z.ZodType<T>, json: unknown, what: string): T {
  const result = shape.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const at = issue.path.join(".");
  throw new ContentError(`${what} is malformed${at && ` at ${at}`}: ${issue.message}`);
}
