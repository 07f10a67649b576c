import * as grpc from "@grpc/grpc-js";
import aliasProto from "@pulumi/pulumi/proto/alias_pb.js";
import type proto from "@pulumi/pulumi/proto/provider_pb.js";
import rpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import type { Connected } from "./plugin-connect.ts";
import { dynamicType, pluginType } from "./tokens.ts";

type Construct = InstanceType<typeof proto.ConstructRequest>;
type Register = InstanceType<typeof resourceProto.RegisterResourceRequest>;
type Response = InstanceType<typeof resourceProto.RegisterResourceResponse>;

/** What a component says that cannot be whole; Pulumi says of the child itself what is wrong with it. */
export const notAllMade = "Not all of it was made; the error of what failed says why";

/** A child as it is declared to the engine. */
export interface Child {
  readonly resource: string;
  readonly name: string;
  readonly parent: string;
  readonly properties: ReadonlyMap<string, Connected>;
}

/** A child as the engine made it. */
export interface Registered {
  readonly urn: string;
  /** Empty in the preview of its creation. */
  readonly id: string;
  readonly outputs: Record<string, unknown>;
}

/** The engine's side of a component that is being made (pulumi/resource.proto, ResourceMonitor). */
export function openMonitor(construct: Construct, version: string) {
  const client = new rpc.ResourceMonitorClient(
    construct.getMonitorendpoint(),
    grpc.credentials.createInsecure(),
    { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 },
  );
  const send = (request: Register) =>
    new Promise<Response>((done, fail) =>
      client.registerResource(request, (error, response) =>
        error
          ? fail(new Error(error.details))
          : response.getResult() === resourceProto.Result.SUCCESS
            ? done(response)
            : fail(new Error(notAllMade)),
      ),
    );
  return {
    async registerComponent(): Promise<string> {
      const request = common(construct)
        .setType(construct.getType())
        .setName(construct.getName())
        .setParent(construct.getParent())
        .setAliasesList(construct.getAliasesList())
        .setDependenciesList(construct.getDependenciesList())
        .setDeletedwith(construct.getDeletedwith())
        .setObject(structProto.Struct.fromJavaScript({}));
      return (await send(request)).getUrn();
    },

    async register({ resource, name, parent, properties }: Child): Promise<Registered> {
      const values = Object.fromEntries([...properties].map(([key, { value }]) => [key, value]));
      const all = new Set([...properties.values()].flatMap(({ needs }) => needs));
      const request = common(construct)
        .setType(pluginType(resource))
        .setName(name)
        .setParent(parent)
        .setCustom(true)
        .setVersion(version)
        .setProvider(construct.getProvidersMap().get("bootwright") ?? "")
        .setAliasesList([aliasTo(dynamicType(resource), parent)])
        .setDependenciesList([...all])
        .setObject(structProto.Struct.fromJavaScript(values as never));
      for (const [key, { needs }] of properties) {
        const list = new resourceProto.RegisterResourceRequest.PropertyDependencies();
        request.getPropertydependenciesMap().set(key, list.setUrnsList([...needs]));
      }
      const response = await send(request);
      const outputs = (response.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>;
      return { urn: response.getUrn(), id: response.getId(), outputs };
    },

    /** Says that all children are there. */
    registerOutputs: (urn: string) =>
      new Promise<void>((done, fail) => {
        const outputs = structProto.Struct.fromJavaScript({});
        const request = new resourceProto.RegisterResourceOutputsRequest().setUrn(urn);
        client.registerResourceOutputs(request.setOutputs(outputs), (error) =>
          error ? fail(new Error(error.details)) : done(),
        );
      }),

    close: () => client.close(),
  };
}

/** What a component hands on to its children. */
function common(construct: Construct): Register {
  const request = new resourceProto.RegisterResourceRequest()
    .setAcceptsecrets(true)
    .setAcceptresources(true)
    .setSupportspartialvalues(true)
    .setAliasspecs(true)
    // With --continue-on-error the engine answers for a child that failed.
    .setSupportsresultreporting(true);
  if (construct.hasProtect()) request.setProtect(construct.getProtect() === true);
  if (construct.hasRetainondelete())
    request.setRetainondelete(construct.getRetainondelete() === true);
  return request;
}

/** The same resource of the other face: a move keeps it. */
function aliasTo(type: string, parent: string) {
  const spec = new aliasProto.Alias.Spec().setType(type).setParenturn(parent);
  return new aliasProto.Alias().setSpec(spec);
}
