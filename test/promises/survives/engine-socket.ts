import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Stands before a Docker engine at a socket of its own, and can go away and come back as an engine does. */
export interface EngineSocket {
  readonly host: string;
  start(): Promise<void>;
  /** Cuts every connection; from then on nobody answers. */
  stop(): Promise<void>;
}

/** Makes such a socket; `watch` is told what is sent to the engine and may stop it. */
export function engineSocket(
  path: string,
  engine: string,
  watch: (request: string, socket: EngineSocket) => void,
): EngineSocket {
  const open = new Set<Socket>();
  let server: Server | undefined;
  const own: EngineSocket = {
    host: `unix://${path}`,
    async start() {
      server = createServer({ allowHalfOpen: true }, (client) => {
        const onward = connect({ path: engine, allowHalfOpen: true });
        for (const socket of [client, onward]) {
          open.add(socket);
          socket.on("error", () => {}).on("close", () => open.delete(socket));
        }
        client.on("data", (bytes) => watch(bytes.toString("latin1"), own));
        client.pipe(onward).pipe(client);
      }).listen(path);
      await once(server, "listening");
    },
    async stop() {
      const stopping = server;
      server = undefined;
      if (!stopping) return;
      stopping.close();
      for (const socket of open) socket.destroy();
      await once(stopping, "close");
      await rm(path, { force: true });
    },
  };
  return own;
}
