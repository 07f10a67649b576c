import * as z from "zod";
import { lifetimeSeconds } from "../../host/reap.ts";
import { expectationsSchema } from "../../plan/boot-expectations.ts";
import { bootKeysSchema } from "../../plan/boot-keys.ts";
import { bootProofSchema } from "../../plan/boot-proof.ts";
import { refSchema } from "../../plan/ref.ts";
import { bootOmissions, bootProblems } from "../../prove/boot-rules.ts";
import { demandMemory } from "../../prove/initrd-memory.ts";
import type { BootPlan } from "../../prove/run-boot-test.ts";
import { defineResource } from "../../resource.ts";
import { certificateText } from "../../signing/identity.ts";

/**
 * Boots an image in QEMU, without changing it, and waits for what was promised: texts on the serial console in their order, then
 * answers of servers. Tested again when the image, the machine, the expectations or QEMU change; a failure is never remembered.
 *
 * @example
 * const test = new bootwright.BootTest("boots", {
 *   image: disk.ref, expect: { serial: ["login:"], http: [{ port: 80, path: "/", status: 200 }] },
 * });
 */
const inputs = z.strictObject({
  image: refSchema
    .optional()
    .describe("The disk to boot: `ref` of a DiskImage or a ConvertedImage; or give `kernel`."),
  media: z
    .enum(["disk", "cdrom", "usb"])
    .default("disk")
    .describe(
      "What `image` is to the machine: a disk, a CD, which nothing writes to, or a USB stick.",
    ),
  kernel: refSchema.optional().describe("A kernel to boot without a boot loader: `Kernel.ref`."),
  initrd: refSchema.optional().describe("The initrd of `kernel`: `Initramfs.ref`."),
  commandLine: z
    .string()
    .optional()
    .describe("The command line of `kernel`; `console=ttyS0` when it is left out."),
  firmware: z
    .enum(["bios", "uefi"])
    .default("bios")
    .describe("What the machine starts with: a BIOS, or UEFI (OVMF)."),
  secureBootCertificate: z
    .string()
    .optional()
    .describe(
      "Has UEFI start only what the key of this certificate (PEM) has signed: Secure Boot, with the certificate as PK, KEK and db. Left out, Secure Boot is off.",
    ),
  memoryMiB: z
    .int()
    .min(16)
    .default(1024)
    .describe("Memory of the machine; more than its unpacked initramfs."),
  cpus: z.int().min(1).max(64).default(1).describe("Processors of the machine."),
  timeoutSeconds: z
    .int()
    .min(1)
    .max(lifetimeSeconds)
    .default(600)
    .describe(
      "How long the machine may take, at most 12 hours; waiting for another boot test does not count.",
    ),
  keys: z
    .array(bootKeysSchema)
    .max(64)
    .default([])
    .describe(
      "Keys to press, such as to choose a menu's entry: each when its text has come, one after the other, and what is expected of the serial port comes after that.",
    ),
  screenshot: z
    .boolean()
    .default(false)
    .describe(
      "Keep what the screen shows when the last expectation is met, or when the test fails, as a PNG.",
    ),
  expect: expectationsSchema.describe("What must happen; at least one expectation."),
});

const outputs = z.strictObject({
  proof: bootProofSchema.describe("For the `proof` of what publishes the image."),
  seconds: z.number().describe("Time from power-on until the last expectation was met."),
  met: z
    .array(
      z
        .strictObject({
          expectation: z.string().describe("What was expected, in words."),
          seconds: z.number().describe("When it was met, from power-on."),
        })
        .meta({ id: "MetExpectation", description: "An expectation and when it was met." }),
    )
    .describe("Every expectation, in the order in which they were met."),
  logPath: z.string().describe("The log of the serial console, relative to the store."),
  screenshotPath: z
    .string()
    .optional()
    .describe("The picture of the screen, relative to the store."),
});

export const BootTest = defineResource({
  name: "BootTest",
  description: "A proof that an image boots and does what was promised.",
  version: 1,
  inputs,
  outputs,
  packages: ["ovmf", "qemu-system-x86"],
  rules: (given, omitted = () => false) => [...bootProblems(given), ...bootOmissions(omitted)],
  observe: async (given, ctx) => {
    await demandMemory(given, ctx);
    return {};
  },
  plan: (given): BootPlan => {
    const { commandLine, media, keys, screenshot, secureBootCertificate, ...rest } = given;
    const plan = {
      ...rest,
      ...(secureBootCertificate !== undefined && {
        secureBoot: { certificate: certificateText(secureBootCertificate) },
      }),
      ...(keys.length > 0 && { keys }),
      ...(screenshot && { screenshot }),
    };
    return rest.kernel
      ? { ...plan, commandLine: commandLine ?? "console=ttyS0" }
      : { ...plan, ...(media !== "disk" && { media }) };
  },
  make: async (plan, ctx) => (await import("../../prove/run-boot-test.ts")).runBootTest(plan, ctx),
});
