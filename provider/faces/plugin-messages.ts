import proto from "@pulumi/pulumi/proto/provider_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import type { InputProblem } from "../errors.ts";
import type { PropertyChange } from "../lifecycle/changed-properties.ts";
import { fromWire, secretNames, toWire } from "../lifecycle/wire.ts";

type Values = Record<string, unknown>;
type Struct = InstanceType<typeof structProto.Struct>;

/** The properties of a request in clear, and which of them are secret. */
export function read(struct: Struct | undefined): { values: Values; secrets: Set<string> } {
  const raw = (struct?.toJavaScript() ?? {}) as Values;
  return { values: fromWire(raw) as Values, secrets: secretNames(raw) };
}

/** Properties for a response. */
export function write(values: Values, secrets: ReadonlySet<string>): Struct {
  return structProto.Struct.fromJavaScript(toWire(values, secrets) as never);
}

/** The answer to a check: inputs, and what is wrong with them. */
export function checked(inputs: Struct, problems: readonly InputProblem[]) {
  const response = new proto.CheckResponse();
  response.setInputs(inputs);
  response.setFailuresList(failuresOf(problems));
  return response;
}

/** What is wrong, property by property. */
export function failuresOf(problems: readonly InputProblem[]) {
  return problems.map(({ property, reason }) =>
    new proto.CheckFailure().setProperty(property).setReason(reason),
  );
}

const kinds = proto.PropertyDiff.Kind;
const kindOf = {
  add: [kinds.ADD, kinds.ADD_REPLACE],
  delete: [kinds.DELETE, kinds.DELETE_REPLACE],
  update: [kinds.UPDATE, kinds.UPDATE_REPLACE],
} as const;

/** The answer to a diff: each change by its path; those below `replaces` make a new resource. */
export function differing(
  changes: readonly (PropertyChange & { isInput: boolean; replaces: boolean })[],
  replaces: readonly string[],
) {
  const response = new proto.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setReplacesList([...replaces]);
  response.setHasdetaileddiff(true);
  response.setDiffsList([...new Set(changes.map(({ path }) => /^\w*/.exec(path)?.[0] ?? path))]);
  for (const { path, kind, isInput, replaces: renewing } of changes) {
    const property = new proto.PropertyDiff();
    property.setKind(kindOf[kind][renewing ? 1 : 0]);
    property.setInputdiff(isInput);
    response.getDetaileddiffMap().set(path, property);
  }
  return response;
}
