// Runs the program named by its first argument, and makes every resource that it declares in the store that the second one names.
// Prints the outputs by resource, as JSON. What the engine would add, such as a diff, is shown by the tests of the promises.
import * as pulumi from "@pulumi/pulumi";
import { findResource, findStep } from "../../provider/flow/index.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import { testContext } from "../context.ts";

const [program = "", storeRoot = ""] = process.argv.slice(2);
const ctx = await testContext({ find: findStep, storeRoot });
const made: Record<string, Record<string, unknown>> = {};

await pulumi.runtime.setMocks(
  {
    newResource: async ({ type, name, inputs }) => {
      const resource = findResource(type.split(":").at(-1) ?? "");
      if (!resource) return { id: name, state: inputs };
      const given = Object.entries(inputs).filter(
        ([key, value]) => key in resource.inputs.shape && value !== undefined,
      );
      const checked = await checkInputs(resource, Object.fromEntries(given), ctx);
      if (checked.problems.length > 0)
        throw new Error(`${name}: ${JSON.stringify(checked.problems)}`);
      made[name] = await put(resource, checked.inputs, ctx);
      return { id: name, state: { ...inputs, ...made[name] } };
    },
    call: ({ inputs }) => inputs,
  },
  "examples",
  "test",
  false,
);
try {
  await import(program);
  await pulumi.runtime.disconnect();
} finally {
  await ctx.dispose();
}
console.log(JSON.stringify(made));
