import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { startDaemon } from "./daemon.ts";
import { root, work } from "./paths.ts";
import type { Say } from "./progress.ts";

const folder = join(work, "azurite");
const usualPort = 10_000;

/** The account that every Azurite has; its key is published in Azurite's documentation. */
const account = "devstoreaccount1";
const accountKey =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** The endpoint of the emulator's account. */
const endpointAt = (port: number) => `http://127.0.0.1:${port}/${account}`;

/** Names the emulator as Azure's SDKs want an account to be named. */
function connectionStringAt(port: number): string {
  const login = `AccountName=${account};AccountKey=${accountKey}`;
  return `DefaultEndpointsProtocol=http;${login};BlobEndpoint=${endpointAt(port)};`;
}

/** True when a connection string is the emulator's, at whatever port. */
export function isEmulator(connectionString: string): boolean {
  return connectionString.includes(`AccountName=${account};`);
}

/** True when Azurite, and nothing else, answers on a port. */
async function isAzurite(port: number): Promise<boolean> {
  try {
    const answer = await fetch(endpointAt(port), { signal: AbortSignal.timeout(2000) });
    return answer.headers.get("server")?.startsWith("Azurite") ?? false;
  } catch {
    return false;
  }
}

/** The port itself when nothing listens on it, else any free one. */
function findFreePort(port: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(findFreePort(0)));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : port));
    });
  });
}

interface Running {
  readonly pid: number;
  readonly port: number;
}

function readRunning(): Running | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "running.json"), "utf8")) as Running;
  } catch {
    return undefined;
  }
}

/** Finds or starts Azurite, Azure's storage on this machine; it is left running. Resolves to its connection string. */
export async function setUpEmulator(say: Say): Promise<string> {
  const before = readRunning();
  if (before && (await isAzurite(before.port))) return connectionStringAt(before.port);
  // The same port again: an endpoint is an input of resources, and another one would replace them.
  const port = await findFreePort(before?.port ?? usualPort);
  say("starting Azurite, because the example publishes to Azure's storage");
  const script = join(root, "node_modules/azurite/dist/src/blob/main.js");
  const where = ["--blobHost", "127.0.0.1", "--blobPort", String(port), "--location", folder];
  const flags = ["--silent", "--disableTelemetry", "--skipApiVersionCheck"];
  const pid = await startDaemon({
    name: "Azurite",
    command: [process.execPath, script, ...where, ...flags],
    logFile: join(folder, "azurite.log"),
    answers: () => isAzurite(port),
  });
  writeFileSync(join(folder, "running.json"), JSON.stringify({ pid, port }));
  return connectionStringAt(port);
}
