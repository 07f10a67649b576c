import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as grpc from "@grpc/grpc-js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import pulumiRpc from "@pulumi/pulumi/runtime/rpc.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serve } from "../../../provider/faces/plugin.ts";
import { fromWire, unknownValue } from "../../../provider/lifecycle/wire.ts";

type Values = Record<string, unknown>;
const schemaFile = join(import.meta.dirname, "../../../schema.json");
const urn = (type: string) => `urn:pulumi:prod::shop::bootwright:index:${type}::disk`;
const before = { ...process.env };
let folder = "";
let client: InstanceType<typeof rpc.ResourceProviderClient>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-plugin-"));
  const port = await serve(pathToFileURL(schemaFile));
  client = new rpc.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const request = new proto.ConfigureRequest().setArgs(struct({ store: folder, runner: "host" }));
  await call("configure", request);
});
afterAll(async () => {
  client.close();
  Object.assign(process.env, before);
  await rm(folder, { recursive: true, force: true });
});

function struct(values: Values) {
  return structProto.Struct.fromJavaScript(values as never);
}

/** Calls a method of the provider as the engine does. */
function call<T>(method: string, request: unknown): Promise<T> {
  return new Promise((resolve, reject) =>
    (client as unknown as Record<string, (r: unknown, done: (e: unknown, v: T) => void) => void>)[
      method
    ]?.call(client, request, (error, response) => (error ? reject(error) : resolve(response))),
  );
}

async function check(type: string, news: Values) {
  const request = new proto.CheckRequest().setUrn(urn(type)).setNews(struct(news));
  const response = await call<InstanceType<typeof proto.CheckResponse>>("check", request);
  return {
    inputs: response.getInputs()?.toJavaScript() as Values,
    failures: response.getFailuresList().map((f) => `${f.getProperty()}: ${f.getReason()}`),
  };
}

async function diff(type: string, olds: Values, news: Values) {
  const request = new proto.DiffRequest().setUrn(urn(type)).setOlds(struct(olds));
  const response = await call<InstanceType<typeof proto.DiffResponse>>(
    "diff",
    request.setNews(struct(news)),
  );
  const details: Record<string, number> = {};
  response.getDetaileddiffMap().forEach((change, path) => {
    details[path] = change.getKind();
  });
  return { changes: response.getChanges(), replaces: response.getReplacesList(), details };
}

async function create(type: string, properties: Values, { preview = false } = {}) {
  const request = new proto.CreateRequest().setUrn(urn(type)).setPreview(preview);
  const response = await call<InstanceType<typeof proto.CreateResponse>>(
    "create",
    request.setProperties(struct(properties)),
  );
  return { id: response.getId(), state: response.getProperties()?.toJavaScript() as Values };
}

const partitions = [{ name: "root", sizeMiB: 64 }];
const secret = (value: unknown) => ({
  [pulumiRpc.specialSigKey]: pulumiRpc.specialSecretSig,
  value,
});
const { UPDATE, ADD, UPDATE_REPLACE } = proto.PropertyDiff.Kind;
const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;

test("the schema is schema.json, and a method that is not there says so", async () => {
  const response = await call<InstanceType<typeof proto.GetSchemaResponse>>(
    "getSchema",
    new proto.GetSchemaRequest(),
  );
  expect(response.getSchema()).toBe(await readFile(schemaFile, "utf8"));
  await expect(call("getMapping", new proto.GetMappingRequest())).rejects.toMatchObject({
    code: grpc.status.UNIMPLEMENTED,
  });
});

test("of a long message the engine gets both ends, also where characters are cut in two", async () => {
  const type = `a${"😀".repeat(4000)}: the fix`;
  const said = await check(type, {}).catch(({ details }) => details as string);
  expect(said).toMatch(/^This version of bootwright has no resource .*\n…\n.*: the fix$/s);
});

describe("check", () => {
  test("fills in defaults, and the seed from the project and the name", async () => {
    const { inputs, failures } = await check("PartitionLayout", { partitions });
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ seed: "shop/disk", table: "mbr", roundToMiB: 1024 });
  });

  test("names every problem by its path, and passes over what is not known", async () => {
    const given = { table: "apm", diskSizeMiB: unknownValue, partitions: [{ name: "" }] };
    const { failures } = await check("PartitionLayout", given);
    expect(failures).toEqual([
      'table: Invalid option: expected one of "mbr"|"gpt"',
      "partitions[0].name: Too small: expected string to have >=1 characters",
    ]);
  });

  test("keeps what is secret a secret", async () => {
    const { inputs } = await check("PartitionLayout", { partitions: secret(partitions) });
    expect(inputs.partitions).toHaveProperty([pulumiRpc.specialSigKey]);
    expect(fromWire(inputs.partitions)).toMatchObject(partitions);
  });
});

describe("diff", () => {
  test("names what changed by its path", async () => {
    const olds = (await check("PartitionLayout", { partitions })).inputs;
    const more = [{ name: "root", sizeMiB: 128 }];
    const news = (await check("PartitionLayout", { partitions: more, diskSizeMiB: 512 })).inputs;
    expect(await diff("PartitionLayout", olds, olds)).toMatchObject({ changes: DIFF_NONE });
    expect(await diff("PartitionLayout", olds, news)).toEqual({
      changes: DIFF_SOME,
      replaces: [],
      details: { "partitions[0].sizeMiB": UPDATE, diskSizeMiB: ADD },
    });
  });

  test("says what makes a new resource", async () => {
    const image = { kind: "vhd", digest: `sha256:${"c".repeat(64)}`, recipe: "" };
    const olds = { image, container: "a", accountUrl: "https://a.example", unproven: true };
    expect(await diff("AzurePageBlob", olds, { ...olds, container: "b" })).toMatchObject({
      replaces: ["container"],
      details: { container: UPDATE_REPLACE },
    });
  });
});

describe("create", () => {
  test("in a preview gives what the inputs decide, and makes nothing", async () => {
    const { inputs } = await check("PartitionLayout", { partitions });
    const { id, state } = await create("PartitionLayout", inputs, { preview: true });
    expect(id).toBe("");
    expect(state.layout).toMatchObject({ partitions: [{ name: "root", sizeBytes: 64 << 20 }] });
    expect((await create("PartitionLayout", inputs)).state.layout).toEqual(state.layout);
  });

  test("in a preview leaves open what depends on what is not known", async () => {
    const properties = { seed: "s", table: "mbr", partitions: unknownValue };
    const { state } = await create("PartitionLayout", properties, { preview: true });
    expect(state).toMatchObject({ layout: unknownValue, partitions: unknownValue });
  });

  test("keeps what is secret a secret in the state", async () => {
    const { inputs } = await check("PartitionLayout", { partitions: secret(partitions) });
    const { state } = await create("PartitionLayout", inputs);
    expect(state.partitions).toHaveProperty([pulumiRpc.specialSigKey]);
    expect(JSON.stringify(state.layout)).toContain("root");
  });
});

describe("the provider's own configuration", () => {
  test.each([
    [{ store: "/tmp/store", runner: "host", cache: "/tmp/cache" }, []],
    [{ runner: "vm" }, ['runner: must be "container" or "host"']],
    [{ stor: "x" }, ["stor: is not an input of the provider (it has: store, runner, cache)"]],
  ])("%j: %j", async (news, expected) => {
    const request = new proto.CheckRequest().setNews(struct({ version: "0.1.0", ...news }));
    const response = await call<InstanceType<typeof proto.CheckResponse>>("checkConfig", request);
    const problems = response
      .getFailuresList()
      .map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
    expect(problems).toEqual(expected);
  });
});

test("after a cancel nothing is started any more, until another engine attaches itself", async () => {
  const { inputs } = await check("PartitionLayout", { partitions });
  await call("cancel", new emptyProto.Empty());
  const given = { ...inputs, partitions: [{ name: "root", sizeMiB: 65 }] };
  await expect(create("PartitionLayout", given)).rejects.toThrow("Stopped by the user");
  await call("attach", new pluginProto.PluginAttach().setAddress("127.0.0.1:1"));
  expect((await create("PartitionLayout", given)).id).not.toBe("");
});
