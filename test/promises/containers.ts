import { execa } from "execa";
import { storeLabel, storeName } from "../../provider/host/reap.ts";

/** Ids of the containers that the steps of one store started while work ran, from the engine's event stream. */
export async function containersDuring<T>(
  store: string,
  work: () => Promise<T>,
): Promise<{ result: T; started: string[] }> {
  const since = seconds();
  const result = await work();
  const filters = ["type=container", "event=start", `label=${storeLabel}=${storeName(store)}`];
  const { stdout } = await execa(process.env.BOOTWRIGHT_DOCKER || "docker", [
    ...["events", "--format", "{{.Actor.ID}}", "--since", since, "--until", seconds()],
    ...filters.flatMap((filter) => ["--filter", filter]),
  ]);
  return { result, started: stdout.split("\n").filter(Boolean) };
}

function seconds(): string {
  return (Date.now() / 1000).toFixed(3);
}
