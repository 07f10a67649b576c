import { request } from "node:http";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { dockerClient } from "../../provider/host/docker.ts";
import { storeLabel, storeName } from "../../provider/host/reap.ts";

/** Ids of the containers that the steps of one store started while work ran, from the engine's event stream. */
export async function containersDuring<T>(
  store: string,
  work: () => Promise<T>,
): Promise<{ result: T; started: string[] }> {
  const since = seconds();
  const result = await work();
  const filters = ["type=container", "event=start", `label=${storeLabel}=${storeName(store)}`];
  const { stdout } = await execa(dockerClient(), [
    ...["events", "--format", "{{.Actor.ID}}", "--since", since, "--until", seconds()],
    ...filters.flatMap((filter) => ["--filter", filter]),
  ]);
  return { result, started: stdout.split("\n").filter(Boolean) };
}

function seconds(): string {
  return (Date.now() / 1000).toFixed(3);
}

/** What the engine's API says of a container (docs.docker.com/reference/api/engine, ContainerInspect); the parts that matter here. */
export interface InspectedContainer {
  readonly Id: string;
  readonly Path: string;
  readonly Args: readonly string[];
  readonly Mounts: readonly { Type: string; Source: string; RW: boolean }[];
  readonly Config: { readonly User: string };
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

/**
 * Inspects every container of a store's steps while work runs. They live for half a second, so each is looked at when the engine says
 * that it made it, through the engine's socket: the docker client would come too late. One that was missed has no `inspected` entry.
 */
export async function inspectDuring<T>(
  store: string,
  work: () => Promise<T>,
): Promise<{ result: T; created: string[]; inspected: InspectedContainer[] }> {
  const socketPath = await engineSocketPath();
  const created: string[] = [];
  const looks: Promise<InspectedContainer | undefined>[] = [];
  const label = `${storeLabel}=${storeName(store)}`;
  const filters = JSON.stringify({ type: ["container"], event: ["create"], label: [label] });
  const path = `/events?filters=${encodeURIComponent(filters)}`;
  const events = request({ socketPath, path });
  const listening = new Promise<void>((resolve, reject) => {
    events.once("error", reject);
    events.once("response", (response) => {
      resolve();
      createInterface({ input: response })
        .on("line", (line) => {
          const { id } = JSON.parse(line) as { id: string };
          created.push(id);
          looks.push(inspect(socketPath, id));
        })
        // The end of the request below ends the response as an error.
        .on("error", () => {});
    });
  });
  events.end();
  await listening;
  const result = await work();
  events.destroy();
  const found = await Promise.all(looks);
  return { result, created, inspected: found.filter((container) => container !== undefined) };
}

function inspect(socketPath: string, id: string): Promise<InspectedContainer | undefined> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: `/containers/${id}/json` }, async (response) => {
      const text = (await response.setEncoding("utf8").toArray()).join("");
      resolve(response.statusCode === 200 ? JSON.parse(text) : undefined);
    })
      .on("error", reject)
      .end();
  });
}

/** Where the engine that the docker client talks to listens. */
export async function engineSocketPath(): Promise<string> {
  const args = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"];
  const { stdout } = await execa(dockerClient(), args);
  if (!stdout.startsWith("unix://")) throw new Error(`The engine is not at a socket: ${stdout}`);
  return stdout.slice("unix://".length);
}
