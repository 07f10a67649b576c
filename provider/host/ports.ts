import { createServer } from "node:net";
import type { Machine } from "./qemu.ts";
import type { Runner } from "./tool.ts";

const firstPort = 20_000;

/** Where the machine's ports are reached: in the container any port is free, on the host the system names free ones. */
export async function forwardPorts(
  kind: Runner["kind"],
  guestPorts: readonly number[],
): Promise<Machine["forwards"]> {
  const forwards: { port: number; guestPort: number }[] = [];
  for (const guestPort of new Set(guestPorts)) {
    const port = kind === "container" ? firstPort + forwards.length : await freePort();
    forwards.push({ port, guestPort });
  }
  return forwards;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object"
          ? resolve(address.port)
          : reject(new Error("the system named no free port")),
      );
    });
  });
}
