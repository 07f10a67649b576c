import * as pulumi from "@pulumi/pulumi";
import { type From, isFrom, machineDeclarations } from "../../provider/flow/machine.ts";
import type * as resources from "./resources.ts";

/** What a machine is asked to be. Each field goes to the child that its description names. */
export interface MachineArgs {
  /** Where the root filesystem comes from; see {@link resources.RootfsArgs.source}. */
  readonly source: resources.RootfsArgs["source"];
  /** Host name. Default: the image's own. */
  readonly hostname?: resources.RootfsArgs["hostname"];
  /** `dhcp`: every Ethernet card asks for an address. Default: none. */
  readonly network?: resources.RootfsArgs["network"];
  /** Kernel and init of the image's distribution, where the image has none; see {@link resources.RootfsArgs.install}. */
  readonly install?: resources.RootfsArgs["install"];
  /** Run the image's process as a service. Default: false. */
  readonly service?: resources.RootfsArgs["service"];
  /** Grow the root partition to the disk at the first boot. Default: false. */
  readonly growRootOnFirstBoot?: resources.RootfsArgs["growRootOnFirstBoot"];
  /** Entries to add to the image or to replace in it. */
  readonly files?: resources.RootfsArgs["files"];
  /** What is left out of the image; see {@link resources.RootfsArgs.scrub}. */
  readonly scrub?: resources.RootfsArgs["scrub"];
  /** Version of the kernel to boot. Default: the newest in the image. */
  readonly kernelVersion?: resources.KernelArgs["version"];
  /** Arguments for the kernel; root and consoles are added. Default: rw. */
  readonly commandLine?: resources.BootloaderArgs["commandLine"];
  /** Consoles of the kernel; the last is /dev/console. Default: tty0, ttyS0. */
  readonly consoles?: resources.BootloaderArgs["consoles"];
  /** Size of the disk in MiB. Default: what the image needs, in whole GiB. */
  readonly diskSizeMiB?: resources.PartitionLayoutArgs["diskSizeMiB"];
  /** Label of the root filesystem. Default: none. */
  readonly label?: pulumi.Input<string>;
  /** File that gets a copy of the raw disk, relative to the project. Default: none. */
  readonly exportTo?: resources.DiskImageArgs["exportTo"];
  /** Where everything lay in an earlier version: a copy of the file at its `filesystem.placementPath`. Default: laid out by the image's layers. */
  readonly lastPlacement?: resources.FilesystemArgs["lastPlacement"];
  /** What the machine must be seen to do in QEMU. Without it there is no boot test, and nothing is published. */
  readonly bootTest?: Omit<resources.BootTestArgs, "image" | "kernel" | "initrd" | "commandLine">;
  /** Looks, before anything is published, whether a cloud could start the machine. Default: nobody looks. */
  readonly readiness?: Pick<resources.ReadinessCheckArgs, "target">;
  /** Publishes a fixed VHD as an Azure page blob, with the boot test's proof. */
  readonly azure?: Omit<resources.AzurePageBlobArgs, "image" | "proof" | "readiness">;
  /** Records where everything in the machine comes from. Default: no record. */
  readonly manifest?: Pick<resources.ManifestArgs, "name" | "exportTo">;
}

/** The usual chain, of the resources of one face; every child is a property. */
export abstract class MachineComponent extends pulumi.ComponentResource {
  declare readonly rootfs: resources.Rootfs;
  declare readonly kernel: resources.Kernel;
  declare readonly initramfs: resources.Initramfs;
  declare readonly layout: resources.PartitionLayout;
  declare readonly bootloader: resources.Bootloader;
  declare readonly filesystem: resources.Filesystem;
  declare readonly disk: resources.DiskImage;
  /** Only with `bootTest`. */
  declare readonly bootTest?: resources.BootTest;
  /** Only with `readiness`. */
  declare readonly readiness?: resources.ReadinessCheck;
  /** Only with `manifest`. */
  declare readonly manifest?: resources.Manifest;
  /** Only with `azure`. */
  declare readonly vhd?: resources.ConvertedImage;
  /** Only with `azure`. */
  declare readonly blob?: resources.AzurePageBlob;

  /** `face`: the resources' classes by their names. */
  constructor(
    face: Readonly<Record<string, unknown>>,
    name: string,
    args: MachineArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("bootwright:index:Machine", name, {}, opts);
    const constructors = face as Readonly<Record<string, Constructor | undefined>>;
    const children: Record<string, pulumi.CustomResource> = {};
    for (const { child, resource, inputs } of machineDeclarations(args as never)) {
      const make = constructors[resource];
      if (!make) throw new Error(`${resource} is not a resource of bootwright`);
      children[child] = new make(`${name}-${child}`, connect(inputs, children) as never, {
        parent: this,
      });
    }
    Object.assign(this, children);
    this.registerOutputs({});
  }
}

type Constructor = new (
  name: string,
  args: never,
  opts?: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;

/** Inputs with every reference to another child replaced by that child's output. */
function connect(value: unknown, children: Readonly<Record<string, pulumi.Resource>>): unknown {
  if (pulumi.Output.isInstance(value)) return value;
  if (isFrom(value)) return follow(value, children);
  if (Array.isArray(value)) return value.map((v) => connect(v, children));
  if (value === null || typeof value !== "object" || value instanceof Promise) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, connect(v, children)]));
}

function follow({ from, path }: From, children: Readonly<Record<string, pulumi.Resource>>) {
  const [property = "", ...rest] = path;
  const child = children[from] as unknown as Record<string, pulumi.Output<object>>;
  return (child[property] as pulumi.Output<object>).apply((value) =>
    rest.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], value),
  );
}
