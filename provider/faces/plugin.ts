import { readFileSync } from "node:fs";
import * as grpc from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { explain } from "../lifecycle/explain.ts";
import { carried } from "./carried.ts";
import { endBy, listen } from "./interrupt.ts";
import { providerMethods } from "./plugin-provider.ts";
import { resourceMethods } from "./plugin-resource.ts";

/** How long an answer that is on its way may take to the engine, on the same machine. */
const lastWordsMs = 200;

const service = rpc.ResourceProviderService;

/** Serves every resource to Pulumi's engine (pulumi/provider.proto) and resolves to the port, on the loopback address. */
export async function serve(schemaFile: URL): Promise<number> {
  const schema = readFileSync(schemaFile, "utf8");
  const methods = { ...providerMethods(schema), ...resourceMethods };
  const server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  const handlers = Object.keys(service).map((name) => [
    name,
    answer(name, methods[name as keyof typeof methods] as Method | undefined),
  ]);
  server.addService(service, Object.fromEntries(handlers) as grpc.UntypedServiceImplementation);
  listen();
  // What a stopped operation says is still on its way.
  endBy((code) => {
    const exit = () => process.exit(code);
    server.tryShutdown(exit);
    // The engine may keep its connection until it loses patience, after five seconds.
    setTimeout(exit, lastWordsMs).unref();
  });
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
}

type Method = (request: unknown) => Promise<unknown>;

function answer(name: string, method: Method | undefined): grpc.UntypedHandleCall {
  const handle: grpc.handleUnaryCall<unknown, unknown> = async ({ request }, reply) => {
    if (!method)
      return reply({ code: grpc.status.UNIMPLEMENTED, details: `${name} is not implemented` });
    try {
      reply(null, await method(request));
    } catch (thrown) {
      const error = await explain(thrown);
      reply({ code: grpc.status.UNKNOWN, details: carried(textOf(error)) });
    }
  };
  return handle as grpc.UntypedHandleCall;
}

/** A user is told what happened, not where. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const detailed = process.env.BOOTWRIGHT_DEBUG !== undefined;
  return (detailed ? error.stack : undefined) ?? error.message;
}
