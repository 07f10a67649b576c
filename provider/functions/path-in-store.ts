import * as z from "zod";
import { refSchema } from "../plan/ref.ts";
import { objectPath } from "../store/paths.ts";
import { defineQuestion } from "./function.ts";

/** Where an artefact lies on this machine: what the TypeScript SDK computes for `disk.path`. */
export const pathInStore = defineQuestion({
  name: "pathInStore",
  description:
    "Where an artefact lies in the store of this machine. Asked each time a program runs, so that no path of a machine is in a state.",
  inputs: z.strictObject({
    ref: refSchema.describe("The artefact, such as `disk.ref`."),
  }),
  outputs: z.strictObject({
    path: z
      .string()
      .describe("Its file; empty for what is no file of its own: a view, a plan or a tree."),
  }),
  answer: async ({ ref }, { store }) => ({
    path: ref.kind === "disk" || ref.kind === "file" ? objectPath(store.root, ref) : "",
  }),
});
