import * as z from "zod";
import type { InputProblem } from "../../errors.ts";
import { readinessSchema } from "../../plan/readiness.ts";
import { refSchema } from "../../plan/ref.ts";
import { targetNames } from "../../readiness/targets.ts";
import { defineResource } from "../../resource.ts";

const inputs = z.strictObject({
  target: z
    .enum(targetNames)
    .describe(
      "Where the machine is to run: `azure` (Hyper-V drivers), `aws` (nvme, ena), `gce` (virtio), or `generic`: only what no image may carry.",
    ),
  tree: refSchema.describe("The tree that the machine holds: `rootfs.ref`."),
  initrd: refSchema
    .optional()
    .describe(
      "The initrd that it starts with: `initramfs.ref`. Default: the one beside the kernel.",
    ),
  kernelVersion: z
    .string()
    .optional()
    .describe("Which kernel of the tree it starts, such as `kernel.version`. Default: the newest."),
  kernelConfig: refSchema
    .optional()
    .describe("The `.config` of a kernel that is not in the tree: `kernel.config`."),
  commandLine: z
    .string()
    .regex(/^[ -~]*$/, "must be printable ASCII on one line")
    .default("rw")
    .describe("Arguments for the kernel, as the Bootloader gets them."),
  consoles: z
    .array(z.string().min(1))
    .default(["tty0", "ttyS0"])
    .describe("Consoles of the kernel, as the Bootloader gets them."),
});

const finding = z
  .strictObject({
    path: z.string().describe("Path in the machine, or the input that it is about."),
    level: z.enum(["error", "warning"]).describe("How bad it is; errors fail the check."),
    message: z.string().describe("What is wrong."),
    fix: z.string().describe("What to do."),
  })
  .meta({ id: "ReadinessFinding", description: "Something that a machine is not ready for." });

const outputs = z.strictObject({
  readiness: readinessSchema.describe("For the `readiness` of what publishes the machine."),
  warnings: z.array(finding).describe("What its owner should know."),
});

type Inputs = z.output<typeof inputs>;

function rules({ tree, initrd, kernelConfig }: Partial<Inputs>): InputProblem[] {
  const problems: InputProblem[] = [];
  if (tree && tree.kind !== "tree")
    problems.push({
      property: "tree",
      reason: `must be a tree, such as rootfs.ref, not a ${tree.kind}`,
    });
  for (const [property, ref] of Object.entries({ initrd, kernelConfig }))
    if (ref && ref.kind !== "file")
      problems.push({ property, reason: `must be a file, not a ${ref.kind}` });
  return problems;
}

/**
 * Looks at a machine before it is published, as its cloud would: drivers in kernel and initrd, serial console, network, agent, names of
 * disks, passwords, and what no image may carry (host keys, private keys, credentials, histories, a machine id). Errors fail it, all at once.
 * Looked at again when the tree, the initrd or the command line changes.
 *
 * @example
 * new ReadinessCheck("ready", { target: "azure", tree: rootfs.ref, initrd: initramfs.ref });
 */
export const ReadinessCheck = defineResource({
  name: "ReadinessCheck",
  description: "Whether a machine is ready for a cloud: drivers, console, network, left-over keys.",
  version: 3,
  inputs,
  outputs,
  rules,
  plan: (given) => given,
  make: async (plan, ctx) =>
    (await import("../../readiness/check-readiness.ts")).checkReadiness(plan, ctx),
});
