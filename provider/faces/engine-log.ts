import * as grpc from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import type { Log } from "../resource.ts";

const minimumGapMs = 300;
let client: InstanceType<typeof engineRpc.EngineClient> | undefined;
/** Pulumi gives a process that it starts the engine's address, the plugin's after its flags. */
let address = process.argv.slice(2).find((argument) => /^[\w.[\]-]+:\d+$/.test(argument));

/** Logs to another engine than the one that the command line names. */
export function logTo(engine: string): void {
  if (engine !== address) client = undefined;
  address = engine;
}

/**
 * A log whose lines land on the resource with that URN; progress replaces its last line where the terminal allows. Of what comes
 * quickly only the last is shown, but that always: a step that takes minutes is named by it.
 */
export function engineLog(urn: string): Log {
  let latest: string | undefined;
  let isResting = false;
  const show = () => {
    isResting = latest !== undefined;
    if (latest === undefined) return;
    send(urn, "info", latest, true);
    latest = undefined;
    setTimeout(show, minimumGapMs).unref();
  };
  return {
    progress(text) {
      latest = text;
      if (!isResting) show();
    },
    info: (text) => send(urn, "info", text, false),
    warn: (text) => send(urn, "warning", text, false),
  };
}

function send(urn: string, severity: "info" | "warning", text: string, ephemeral: boolean): void {
  if (!address) return;
  client ??= new engineRpc.EngineClient(address, grpc.credentials.createInsecure());
  const request = new engineProto.LogRequest();
  request.setSeverity(engineProto.LogSeverity[severity === "info" ? "INFO" : "WARNING"]);
  request.setMessage(text);
  request.setUrn(urn);
  request.setEphemeral(ephemeral);
  // A line that does not arrive is no reason to fail a build.
  client.log(request, () => {});
}
