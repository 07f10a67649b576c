import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

/** What becomes of a request: `late` does it, but the answer is lost; `cut` loses the end of the answer. */
export type Fate = "pass" | "busy" | "reset" | "late" | "cut" | "silent" | Answer | Change;

/** What answers in the emulator's place. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Headers that the emulator's answer gets instead of its own. */
export interface Change {
  readonly changed: Readonly<Record<string, string>>;
}

/** A request as a test sees it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly body: Buffer;
  /** True for the upload of pages. */
  readonly put: boolean;
  /** True for the request that starts a copy within the service. */
  readonly copy: boolean;
  /** The etag on whose condition it is done; empty where there is none. */
  readonly ifMatch: string;
}

/** Stands before the emulator, at a port of its choice or a given one, records what is sent, and lets a test make things go wrong. */
export async function startProxy(
  target: number,
  fate: (seen: Seen) => Fate | Promise<Fate>,
  ownPort = 0,
) {
  const seen: Seen[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await readBody(incoming).catch(() => undefined);
    if (!body) return; // the client went away
    const { method = "", url = "", headers } = incoming;
    const put = headers["x-ms-page-write"] === "update";
    const copy = headers["x-ms-copy-source"] !== undefined;
    const one: Seen = { method, url, body, put, copy, ifMatch: headers["if-match"] ?? "" };
    seen.push(one);
    const decided = await fate(one);
    if (decided === "silent") return;
    if (decided === "reset") return void incoming.socket.destroy();
    if (decided === "busy") return void outgoing.writeHead(503).end();
    if (typeof decided === "object" && "status" in decided)
      return void outgoing.writeHead(decided.status, decided.headers).end(decided.body);
    forward(target, incoming, body, outgoing, decided);
  }).listen(ownPort, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    seen,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function forward(
  port: number,
  { method, url, headers, socket }: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
  fate: "pass" | "late" | "cut" | Change,
): void {
  const onward = request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
    if (fate === "late") return void answer.resume().on("end", () => socket.destroy());
    const changed = typeof fate === "object" ? fate.changed : {};
    outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...changed });
    if (fate !== "cut") return void answer.pipe(outgoing);
    answer.once("data", (piece: Buffer) =>
      outgoing.write(piece.subarray(0, piece.length / 2), () => socket.destroy()),
    );
  });
  onward.on("error", () => socket.destroy());
  onward.end(body);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
