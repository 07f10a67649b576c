import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.ts";
import type { Met } from "../host/boot-job.ts";
import { despiteEngineFaults } from "../host/engine-fault.ts";
import { kvmWorks } from "../host/kvm.ts";
import type { Machine } from "../host/qemu.ts";
import { boot } from "../host/virtual-machine.ts";
import type { Expectations } from "../plan/boot-expectations.ts";
import type { BootKeys } from "../plan/boot-keys.ts";
import type { BootProof } from "../plan/boot-proof.ts";
import { digestOf } from "../plan/canonical.ts";
import { identityOf, type Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { withMachineLock } from "../store/lock.ts";
import { bootOmissions } from "./boot-rules.ts";
import { disposableDisk } from "./disposable-disk.ts";
import { disposableUefi } from "./disposable-uefi.ts";
import { demandMemory } from "./initrd-memory.ts";

/** Everything that decides a boot test. */
export interface BootPlan {
  readonly image?: Ref | undefined;
  /** What the image is to the machine; without this a disk. */
  readonly media?: "cdrom" | "usb";
  readonly kernel?: Ref | undefined;
  readonly initrd?: Ref | undefined;
  readonly commandLine?: string;
  readonly firmware: "bios" | "uefi";
  /** DER, in base64, of the one certificate that UEFI trusts; without it Secure Boot is off. */
  readonly secureBoot?: { readonly certificate: string };
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly timeoutSeconds: number;
  /** Absent where none are pressed. */
  readonly keys?: readonly BootKeys[];
  readonly screenshot?: true;
  readonly expect: Expectations;
}

/** What a passed boot test gives. */
export interface BootResult {
  readonly proof: BootProof;
  readonly seconds: number;
  readonly met: Met[];
  readonly logPath: string;
  readonly screenshotPath?: string;
}

/** Boots and waits. One machine at a time: two that share the processors would both miss their time. */
export async function runBootTest(plan: BootPlan, ctx: Context): Promise<BootResult> {
  // What has to be made again first needs no machine.
  for (const ref of [plan.image, plan.kernel, plan.initrd]) if (ref) await ctx.materialise(ref);
  await demandMemory(plan, ctx);
  ctx.log.progress("waits until no other machine is being tested");
  return withMachineLock("vm", ctx.signal, () =>
    ctx.store.stage((folder) => bootOnce(plan, folder, ctx)),
  );
}

async function bootOnce(plan: BootPlan, folder: string, ctx: Context): Promise<BootResult> {
  const { store, runner, signal, log } = ctx;
  const { memoryMiB, cpus, keys = [], expect, timeoutSeconds, firmware } = plan;
  const { digest, ...media } = await bootMedia(plan, folder, ctx);
  const trusted = plan.secureBoot && Buffer.from(plan.secureBoot.certificate, "base64");
  const uefi = firmware === "uefi" ? { uefi: await disposableUefi(folder, ctx, trusted) } : {};
  // The container gets no device of this machine, so it never has KVM.
  const kvm = runner.kind === "host" && (await kvmWorks(runner, { storeRoot: store.root, folder }));
  const evidence = join("logs", `boot-${digestOf(identityOf(plan)).slice(7, 23)}`);
  const logPath = `${evidence}.log`;
  const screenFile = join(folder, "screen.png");
  await mkdir(join(store.root, "logs"), { recursive: true });
  const job = {
    machine: {
      accelerator: kvm ? ("kvm" as const) : ("tcg" as const),
      ...{ memoryMiB, cpus },
      ...uefi,
      ...media,
    },
    ...{ keys, expect, timeoutSeconds, folder },
    ...(plan.screenshot && { screenFile }),
    logFile: join(store.root, logPath),
    signal,
    progress: (text: string) => log.progress(text),
  };
  const screenshotPath = `${evidence}.png`;
  const keepScreen = () => copyFile(screenFile, join(store.root, screenshotPath));
  try {
    const met = await despiteEngineFaults(() => boot(runner, job));
    if (plan.screenshot) await keepScreen();
    return {
      // A machine that was led by keys shows nothing of what it does by itself.
      proof: {
        imageDigest: digest,
        expectations: digestOf(plan.keys ? { expect, keys } : expect),
      },
      ...{ seconds: met.at(-1)?.seconds ?? 0, met, logPath },
      ...(plan.screenshot && { screenshotPath }),
    };
  } catch (error) {
    // A machine that could not show its screen any more has none to keep.
    if (plan.screenshot)
      await keepScreen().then(
        () => log.warn(`The screen at the end is in ${join(store.root, screenshotPath)}`),
        () => {},
      );
    throw error;
  }
}

/** What the machine boots from, and the digest of all of it. */
async function bootMedia(
  { image, media, kernel, initrd, commandLine = "" }: BootPlan,
  folder: string,
  ctx: Context,
): Promise<Pick<Machine, "disk" | "diskOn" | "cdrom" | "kernel"> & { readonly digest: string }> {
  if (image && media === "cdrom")
    return { cdrom: await ctx.materialise(image), digest: image.digest };
  if (image) {
    const { overlay, digest } = await disposableDisk(image, folder, ctx);
    return { disk: overlay, ...(media === "usb" && { diskOn: "usb" as const }), digest };
  }
  if (!kernel) throw new InputError(bootOmissions(() => true));
  const path = await ctx.materialise(kernel);
  return {
    kernel: {
      path,
      commandLine,
      ...(initrd ? { initrd: await ctx.materialise(initrd) } : {}),
    },
    digest: digestOf({ kernel: kernel.digest, initrd: initrd?.digest, commandLine }),
  };
}
