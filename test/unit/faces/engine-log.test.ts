import * as grpc from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { engineLog, logTo } from "../../../provider/faces/engine-log.ts";

let server: grpc.Server;
let heard: string[];
beforeEach(async () => {
  heard = [];
  server = new grpc.Server();
  const log = (
    { request }: { request: InstanceType<typeof engineProto.LogRequest> },
    answer: grpc.sendUnaryData<unknown>,
  ) => {
    heard.push(`${request.getEphemeral() ? "" : "kept: "}${request.getMessage()}`);
    answer(null, new emptyProto.Empty());
  };
  server.addService(engineRpc.EngineService as never, { log } as never);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  logTo(`127.0.0.1:${port}`);
});
afterEach(() => server.forceShutdown());

test("of progress that comes quickly the first and the last are shown, so that what takes long is named", async () => {
  const log = engineLog("urn");
  for (const text of ["1 of 3", "2 of 3", "3 of 3", "compressing"]) log.progress(text);
  await vi.waitFor(() => expect(heard).toEqual(["1 of 3", "compressing"]), 10_000);
  log.progress("verifying");
  await vi.waitFor(() => expect(heard.at(-1)).toBe("verifying"), 10_000);
});

test("what is to stay is shown each time", async () => {
  const log = engineLog("urn");
  log.info("one");
  log.warn("two");
  await vi.waitFor(() => expect(heard.sort()).toEqual(["kept: one", "kept: two"]), 10_000);
});
