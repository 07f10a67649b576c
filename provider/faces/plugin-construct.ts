import proto from "@pulumi/pulumi/proto/provider_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { InputError } from "../errors.ts";
import { type MachineWishes, machineDeclarations } from "../flow/machine.ts";
import { openSecret, referenceTo, unknownValue } from "../lifecycle/wire.ts";
import { connect, type Source } from "./plugin-connect.ts";
import { notAllMade, openMonitor, type Registered } from "./plugin-monitor.ts";

type Values = Record<string, unknown>;
type Request = InstanceType<typeof proto.ConstructRequest>;

/** Wishes that are objects, whose fields go to a child one by one. */
const spread: readonly (keyof MachineWishes)[] = ["bootTest", "readiness", "azure", "manifest"];

/**
 * Makes the component `Machine` (pulumi/provider.proto, Construct): registers the children that the TypeScript component has, each as soon as
 * those are there whose outputs it takes. `known` are the component's inputs; `version` is what the engine asked this package for. The
 * engine says what is wrong with a child that fails, answers nothing and cancels; only with --continue-on-error it answers.
 */
export async function constructMachine(
  request: Request,
  known: readonly string[],
  version: string,
  signal: AbortSignal,
): Promise<InstanceType<typeof proto.ConstructResponse>> {
  const given = givenTo(request, known);
  const monitor = openMonitor(request, version);
  try {
    const urn = await monitor.registerComponent();
    const sources = new Map<string, Promise<Source>>([["", Promise.resolve(given)]]);
    const children = new Map<string, Promise<Registered>>();
    for (const { child, resource, inputs } of machineDeclarations(wishesFrom(given))) {
      const name = `${request.getName()}-${child}`;
      const registered = connect(inputs, sources).then((properties) =>
        monitor.register({ resource, name, parent: urn, properties }),
      );
      children.set(child, registered);
      sources.set(
        child,
        registered.then((made) => ({ values: made.outputs, needs: () => [made.urn] })),
      );
    }
    const all = [...children.values(), ...sources.values()];
    // The first failure is told at once; what follows from it is not to end the process unheard.
    void Promise.allSettled(all);
    const done = Promise.all(all).then(() => true);
    if (!(await Promise.race([done, stopped(signal)])))
      return unfinished(request, urn, [...children.keys()]);
    const response = await answer(urn, children);
    await monitor.registerOutputs(urn);
    return response;
  } finally {
    monitor.close();
  }
}

/**
 * The answer of a component that the engine has cancelled, because of a child or of the user: it has to have one, or the engine tells of a
 * connection that closes. In a preview it is one without an error. In an update programs would go on with it, and stumble.
 */
function unfinished(request: Request, urn: string, children: readonly string[]) {
  if (!request.getDryrun()) throw new Error(notAllMade);
  const state = Object.fromEntries(children.map((name) => [name, unknownValue]));
  return new proto.ConstructResponse()
    .setUrn(urn)
    .setState(structProto.Struct.fromJavaScript(state));
}

function stopped(signal: AbortSignal): Promise<false> {
  return new Promise((end) => {
    if (signal.aborted) end(false);
    signal.addEventListener("abort", () => end(false), { once: true });
  });
}

/** The component's inputs as a source of its children's: each with the resources that it came from. */
function givenTo(request: Request, known: readonly string[]): Source {
  const values = (request.getInputs()?.toJavaScript() ?? {}) as Values;
  const problems = Object.keys(values)
    .filter((name) => !known.includes(name))
    .map((property) => ({
      property,
      reason: `is not an input of Machine (it has: ${known.join(", ")})`,
    }));
  if (problems.length > 0) throw new InputError(problems);
  const needs = request.getInputdependenciesMap();
  return { values, needs: (name) => needs.get(name)?.getUrnsList() ?? [] };
}

/** What is wished, as references to the component's inputs: so each input of a child knows where it comes from. */
function wishesFrom({ values }: Source): MachineWishes {
  const wishes = Object.keys(values)
    .filter((name) => (values[name] ?? undefined) !== undefined)
    .map((name) => {
      if (!spread.includes(name as keyof MachineWishes)) return [name, { from: "", path: [name] }];
      const fields = Object.keys(openSecret(values[name]).value as Values);
      return [name, Object.fromEntries(fields.map((f) => [f, { from: "", path: [name, f] }]))];
    });
  return Object.fromEntries(wishes) as MachineWishes;
}

async function answer(urn: string, children: ReadonlyMap<string, Promise<Registered>>) {
  const response = new proto.ConstructResponse().setUrn(urn);
  const state: Values = {};
  for (const [name, registered] of children) {
    const child = await registered;
    state[name] = referenceTo(child.urn, child.id);
    const needs = new proto.ConstructResponse.PropertyDependencies();
    response.getStatedependenciesMap().set(name, needs.setUrnsList([child.urn]));
  }
  return response.setState(structProto.Struct.fromJavaScript(state as never));
}
