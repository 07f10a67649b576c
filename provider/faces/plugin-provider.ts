import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { configuration, environmentOf } from "../configuration.ts";
import { changedProperties } from "../lifecycle/changed-properties.ts";
import { checkInputs } from "../lifecycle/check.ts";
import type { Resource } from "../resource.ts";
import { logTo } from "./engine-log.ts";
import { cancelAll, resume, untilStopped } from "./interrupt.ts";
import { constructMachine } from "./plugin-construct.ts";
import { invoke } from "./plugin-function.ts";
import { checked, differing, read, write } from "./plugin-messages.ts";

/** Checked as resources are, with the same messages. */
const provider = { name: "the provider", inputs: configuration } as unknown as Resource;

interface Schema {
  readonly version: string;
  readonly resources: Readonly<
    Record<string, { isComponent?: boolean; inputProperties: Record<string, unknown> }>
  >;
}

/** The methods of a provider (pulumi/provider.proto) that are not about one resource. */
export function providerMethods(schema: string) {
  const { version, resources } = JSON.parse(schema) as Schema;
  /** The version of this package that the engine asked for; children of a component are to be of the same provider. */
  let asked = "";
  return {
    async handshake(request: InstanceType<typeof proto.ProviderHandshakeRequest>) {
      logTo(request.getEngineAddress());
      const response = new proto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(false);
      return response;
    },

    async attach(request: InstanceType<typeof pluginProto.PluginAttach>) {
      logTo(request.getAddress());
      resume();
      return new emptyProto.Empty();
    },

    async getPluginInfo() {
      const response = new pluginProto.PluginInfo();
      response.setVersion(version);
      return response;
    },

    async getSchema() {
      const response = new proto.GetSchemaResponse();
      response.setSchema(schema);
      return response;
    },

    async checkConfig(request: InstanceType<typeof proto.CheckRequest>) {
      const { values, secrets } = read(request.getNews());
      const { version: _, pluginDownloadURL, ...given } = values;
      const { problems } = await checkInputs(provider, given, {} as never);
      return checked(write(values, secrets), problems);
    },

    async diffConfig(request: InstanceType<typeof proto.DiffRequest>) {
      const olds = read(request.getOldInputs() ?? request.getOlds()).values;
      const news = read(request.getNews()).values;
      const changes = changedProperties(olds, news, Object.keys(configuration.shape));
      return differing(
        changes.map((change) => ({ ...change, isInput: true, replaces: false })),
        [],
      );
    },

    /** A process serves one provider: its configuration is its environment. */
    async configure(request: InstanceType<typeof proto.ConfigureRequest>) {
      const { version: wanted, pluginDownloadURL, ...given } = read(request.getArgs()).values;
      asked = String(wanted ?? "");
      Object.assign(process.env, environmentOf(configuration.parse(given)));
      const response = new proto.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setAcceptresources(false);
      response.setSupportspreview(true);
      return response;
    },

    async construct(request: InstanceType<typeof proto.ConstructRequest>) {
      const component = resources[request.getType()];
      if (!component?.isComponent)
        throw new Error(`This version of bootwright has no component ${request.getType()}`);
      const known = Object.keys(component.inputProperties);
      return untilStopped((signal) => constructMachine(request, known, asked, signal));
    },

    invoke,

    async cancel() {
      cancelAll();
      // The engine closes the connection when it has this answer: what has just ended is to answer before.
      await new Promise(setImmediate);
      return new emptyProto.Empty();
    },
  };
}
