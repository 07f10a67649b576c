import proto from "@pulumi/pulumi/proto/provider_pb.js";
import { InputError } from "../errors.ts";
import { findStep } from "../flow/index.ts";
import { findFunction } from "../functions/index.ts";
import { checkInputs } from "../lifecycle/check.ts";
import { openContext } from "../lifecycle/open-context.ts";
import type { Resource } from "../resource.ts";
import { engineLog } from "./engine-log.ts";
import { untilStopped } from "./interrupt.ts";
import { failuresOf, read, write } from "./plugin-messages.ts";

type Request = InstanceType<typeof proto.InvokeRequest>;

/** Answers a function of the package (pulumi/provider.proto, Invoke); what comes of a secret is one. */
export async function invoke(request: Request) {
  const [, name = ""] = /^bootwright:index:(\w+)$/.exec(request.getTok()) ?? [];
  const asked = findFunction(name);
  if (!asked) throw new Error(`This version of bootwright has no function ${request.getTok()}`);
  const { values, secrets } = read(request.getArgs());
  const response = new proto.InvokeResponse();
  const { inputs, problems } = await checkInputs(asked as unknown as Resource, values, {} as never);
  if (problems.length > 0) return response.setFailuresList(failuresOf(problems));
  return untilStopped(async (signal) => {
    const owner = { urn: "", project: "", stack: "", name };
    const ctx = await openContext({ owner, signal, log: engineLog(""), find: findStep });
    try {
      const answer = await asked.answer(inputs, ctx);
      const marked = secrets.size > 0 ? new Set(Object.keys(answer)) : secrets;
      return response.setReturn(write(answer, marked));
    } catch (error) {
      if (error instanceof InputError) return response.setFailuresList(failuresOf(error.problems));
      throw error;
    }
  });
}
