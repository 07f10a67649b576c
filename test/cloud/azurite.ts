import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ContainerClient } from "@azure/storage-blob";

const main = fileURLToPath(
  new URL("../../node_modules/azurite/dist/src/blob/main.js", import.meta.url),
);

/** Name of the storage account, and the key that nothing but its connection string may ever show. */
export const account = "bootwright";
export const accountKey = Buffer.from("a key that must never be seen anywhere").toString("base64");

/** How a storage account on a port of this machine is reached. */
export function connectionString(port: number): string {
  const endpoint = `http://127.0.0.1:${port}/${account}`;
  return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};BlobEndpoint=${endpoint};`;
}

/** Opens a container for a test to look into. */
export function look(port: number, container: string): ContainerClient {
  return new ContainerClient(connectionString(port), container);
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}

/** Starts Microsoft's emulator of Azure's blob storage with a folder of its own, and waits until it answers. */
export async function startAzurite(): Promise<{
  port: number;
  connectionString: string;
  stop(): Promise<void>;
}> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "bootwright-azurite-"));
  const args = ["--blobHost", "127.0.0.1", "--blobPort", `${port}`, "--location", folder];
  const child = spawn(
    process.execPath,
    [main, ...args, "--silent", "--disableTelemetry", "--skipApiVersionCheck"],
    {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${accountKey}` },
    },
  );
  const ended = once(child, "exit");
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`Azurite ended with exit code ${child.exitCode}`);
    await setTimeout(100);
  }
  return {
    port,
    connectionString: connectionString(port),
    async stop() {
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}
