/** An input of one child that is an output of another: `from("rootfs", "kernels")`. */
export interface From {
  readonly from: string;
  readonly path: readonly (string | number)[];
}

/** One child of a machine: which resource, and its inputs, some of which come from other children. */
export interface Declaration {
  /** Property of the component, and end of the child's name. */
  readonly child: string;
  readonly resource: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What a machine is asked to be; values are those of the children's inputs and may be Pulumi outputs. */
export interface MachineWishes {
  readonly source: unknown;
  readonly hostname?: unknown;
  readonly network?: unknown;
  readonly install?: unknown;
  readonly service?: unknown;
  readonly growRootOnFirstBoot?: unknown;
  readonly files?: unknown;
  readonly scrub?: unknown;
  readonly kernelVersion?: unknown;
  readonly commandLine?: unknown;
  readonly consoles?: unknown;
  readonly diskSizeMiB?: unknown;
  readonly label?: unknown;
  readonly exportTo?: unknown;
  readonly lastPlacement?: unknown;
  readonly bootTest?: Readonly<Record<string, unknown>>;
  readonly readiness?: Readonly<Record<string, unknown>>;
  readonly azure?: Readonly<Record<string, unknown>>;
  readonly manifest?: Readonly<Record<string, unknown>>;
}

function from(child: string, ...path: (string | number)[]): From {
  return { from: child, path };
}

/** True for a reference to another child's output. */
export function isFrom(value: unknown): value is From {
  return value !== null && typeof value === "object" && "from" in value && "path" in value;
}

/** The usual chain of a machine, from its image to what is published; a pure function that every language's component shares. */
export function machineDeclarations(wishes: MachineWishes): Declaration[] {
  const { source, hostname, network, install, service, growRootOnFirstBoot, files, scrub } = wishes;
  const root = from("layout", "layout", "partitions", 0);
  const treeFile = (child: string) => ({ ref: from(child, "ref"), path: from(child, "path") });
  const common: Declaration[] = [
    {
      child: "rootfs",
      resource: "Rootfs",
      inputs: { source, hostname, network, install, service, growRootOnFirstBoot, files, scrub },
    },
    {
      child: "kernel",
      resource: "Kernel",
      inputs: { kernels: from("rootfs", "kernels"), version: wishes.kernelVersion },
    },
    {
      child: "initramfs",
      resource: "Initramfs",
      inputs: { kernels: from("rootfs", "kernels"), version: wishes.kernelVersion },
    },
    {
      child: "layout",
      resource: "PartitionLayout",
      inputs: {
        diskSizeMiB: wishes.diskSizeMiB,
        partitions: [
          {
            name: "root",
            bootable: true,
            mountPoint: "/",
            label: wishes.label,
            sizing: from("rootfs", "sizing"),
          },
        ],
      },
    },
    {
      child: "bootloader",
      resource: "Bootloader",
      inputs: {
        rootUuid: from("layout", "layout", "partitions", 0, "uuid"),
        kernel: treeFile("kernel"),
        initrd: treeFile("initramfs"),
        commandLine: wishes.commandLine,
        consoles: wishes.consoles,
      },
    },
    {
      child: "filesystem",
      resource: "Filesystem",
      inputs: {
        tree: from("rootfs", "ref"),
        partition: root,
        installs: from("bootloader", "installs"),
        lastPlacement: wishes.lastPlacement,
      },
    },
    {
      child: "disk",
      resource: "DiskImage",
      inputs: {
        layout: from("layout", "layout"),
        filesystems: [{ partition: "root", content: from("filesystem", "ref") }],
        blobs: from("bootloader", "blobs"),
        exportTo: wishes.exportTo,
      },
    },
  ];
  return [...common, ...proof(wishes), ...checked(wishes), ...published(wishes), ...told(wishes)];
}

function proof({ bootTest }: MachineWishes): Declaration[] {
  if (!bootTest) return [];
  return [
    {
      child: "bootTest",
      resource: "BootTest",
      inputs: { image: from("disk", "ref"), ...bootTest },
    },
  ];
}

function checked({ readiness, commandLine, consoles }: MachineWishes): Declaration[] {
  if (!readiness) return [];
  return [
    {
      child: "readiness",
      resource: "ReadinessCheck",
      inputs: {
        ...{ tree: from("rootfs", "ref"), initrd: from("initramfs", "ref") },
        ...{ kernelVersion: from("kernel", "version"), commandLine, consoles },
        ...readiness,
      },
    },
  ];
}

function told({ manifest, azure, bootTest }: MachineWishes): Declaration[] {
  if (!manifest) return [];
  const named = ["kernel", "initramfs", "filesystem", "disk", ...(azure ? ["vhd"] : [])];
  return [
    {
      child: "manifest",
      resource: "Manifest",
      inputs: {
        ...{ tree: from("rootfs", "ref"), origin: from("rootfs", "origin") },
        artefacts: named.map((name) => ({ name, content: from(name, "ref") })),
        ...(bootTest ? { proof: from("bootTest", "proof") } : {}),
        ...manifest,
      },
    },
  ];
}

function published({ azure, bootTest, readiness }: MachineWishes): Declaration[] {
  if (!azure) return [];
  return [
    {
      child: "vhd",
      resource: "ConvertedImage",
      inputs: { image: from("disk", "ref"), format: "vhd" },
    },
    {
      child: "blob",
      resource: "AzurePageBlob",
      inputs: {
        image: from("vhd", "ref"),
        ...(bootTest ? { proof: from("bootTest", "proof") } : {}),
        ...(readiness ? { readiness: from("readiness", "readiness") } : {}),
        ...azure,
      },
    },
  ];
}
