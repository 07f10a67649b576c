// Generated from the schemas of provider/flow by bin/generate.ts; not edited by hand.
import type * as pulumi from "@pulumi/pulumi";
import { pathInStore } from "./path-in-store.ts";
import { PluginResource } from "./plugin-resource.ts";
import type {
  AzurePageBlobArgs,
  AzurePageBlobMode,
  BootInstall,
  BootloaderArgs,
  BootProof,
  BootTestArgs,
  ConvertedImageArgs,
  ConvertedImageFormat,
  DiskBlob,
  DiskImageArgs,
  FilesystemArgs,
  ImageConfig,
  InitramfsArgs,
  InstalledPackage,
  IsoImageArgs,
  KernelArgs,
  Layout,
  ManifestArgs,
  MetExpectation,
  OsRelease,
  PartitionLayoutArgs,
  Readiness,
  ReadinessCheckArgs,
  ReadinessFinding,
  Ref,
  RootfsArgs,
  Sizing,
  TreeKernel,
} from "./resources.ts";

export type * from "./resources.ts";

/**
 * The root filesystem of a machine, from a Dockerfile, an image, an archive, a folder or a
 * disk.
 */
export class Rootfs extends PluginResource {
  /** The tree. */
  declare readonly ref: pulumi.Output<Ref>;
  /**
   * Where each entry of the tree comes from: its layer and that layer's line of the Dockerfile.
   * For a Manifest, and for tracing a path.
   */
  declare readonly origin: pulumi.Output<Ref>;
  /** How much room it needs, with 32 MiB to run, in steps of 64 MiB. */
  declare readonly sizing: pulumi.Output<Sizing>;
  /** Kernels that it holds, newest first. */
  declare readonly kernels: pulumi.Output<TreeKernel[]>;
  /** What it says it is. */
  declare readonly osRelease: pulumi.Output<OsRelease>;
  /** The image's configuration. */
  declare readonly config: pulumi.Output<ImageConfig>;
  /** Packages that install added or renewed, sorted by name. */
  declare readonly installed: pulumi.Output<InstalledPackage[]>;
  /** Paths in it. */
  declare readonly entries: pulumi.Output<number>;
  /** Bytes of its files, each hard-linked file once. */
  declare readonly bytes: pulumi.Output<number>;
  /** Entries that scrub left out. */
  declare readonly scrubbed: pulumi.Output<number>;
  /**
   * One byte for each of 256 buckets of paths, base64; tells how much differs when the tree
   * cannot be made again.
   */
  declare readonly fingerprint: pulumi.Output<string>;
  /**
   * Where `origin` lies in the store of this machine; empty for none. Computed when the program
   * runs; in no state.
   */
  readonly originPath: pulumi.Output<string>;

  constructor(name: string, args: RootfsArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      {
        type: "Rootfs",
        outputs: [
          "ref",
          "origin",
          "sizing",
          "kernels",
          "osRelease",
          "config",
          "installed",
          "entries",
          "bytes",
          "scrubbed",
          "fingerprint",
        ],
      },
      name,
      args,
      opts,
    );
    this.originPath = pathInStore(this.origin);
  }
}

/** The kernel of a machine: one of the image's own, a file, or built from source. */
export class Kernel extends PluginResource {
  /** The kernel. */
  declare readonly ref: pulumi.Output<Ref>;
  /** Its version: of a source the release that it names; empty for a file without one. */
  declare readonly version: pulumi.Output<string>;
  /** Where it lies in the tree; empty when it is not in the tree. */
  declare readonly path: pulumi.Output<string>;
  /** Size of a kernel built from source. */
  declare readonly sizeBytes: pulumi.Output<number | undefined>;
  /** The final `.config` of a kernel built from source. */
  declare readonly config: pulumi.Output<Ref | undefined>;
  /** Digest of the final `.config`. */
  declare readonly configDigest: pulumi.Output<string | undefined>;
  /** What the source's tarball hashes to: `source.sha256` keeps to it. */
  declare readonly sourceSha256: pulumi.Output<string | undefined>;
  /**
   * Where `config` lies in the store of this machine; empty for none. Computed when the program
   * runs; in no state.
   */
  readonly configPath: pulumi.Output<string>;

  constructor(name: string, args: KernelArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      {
        type: "Kernel",
        outputs: ["ref", "version", "path", "sizeBytes", "config", "configDigest", "sourceSha256"],
      },
      name,
      args,
      opts,
    );
    this.configPath = pathInStore(this.config);
  }
}

/** The initial RAM filesystem of a machine: a whole tree, the image's own, or a file. */
export class Initramfs extends PluginResource {
  /** The initial RAM filesystem. */
  declare readonly ref: pulumi.Output<Ref>;
  /** Version of its kernel; empty for a file without one. */
  declare readonly version: pulumi.Output<string>;
  /** Where it lies in the tree; empty when it is not in the tree. */
  declare readonly path: pulumi.Output<string>;
  /** Size of a packed tree. */
  declare readonly sizeBytes: pulumi.Output<number | undefined>;
  /** Size of a packed tree in the machine's memory. */
  declare readonly unpackedBytes: pulumi.Output<number | undefined>;

  constructor(name: string, args: InitramfsArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      { type: "Initramfs", outputs: ["ref", "version", "path", "sizeBytes", "unpackedBytes"] },
      name,
      args,
      opts,
    );
  }
}

/** Offsets, sizes, types and UUIDs of a disk's partitions. */
export class PartitionLayout extends PluginResource {
  /** The disk decided to the sector. */
  declare readonly layout: pulumi.Output<Layout>;

  constructor(name: string, args: PartitionLayoutArgs, opts?: pulumi.CustomResourceOptions) {
    super({ type: "PartitionLayout", outputs: ["layout"], seeded: true }, name, args, opts);
  }
}

/** What makes a disk start: files for filesystems, and boot code for the disk. */
export class Bootloader extends PluginResource {
  /** What to do to which filesystem. */
  declare readonly installs: pulumi.Output<BootInstall[]>;
  /** What to write outside the filesystems. */
  declare readonly blobs: pulumi.Output<DiskBlob[]>;

  constructor(name: string, args: BootloaderArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      { type: "Bootloader", outputs: ["installs", "blobs"], secrets: ["signingKey"] },
      name,
      args,
      opts,
    );
  }
}

/** One partition's bytes from a tree or a part of it. */
export class Filesystem extends PluginResource {
  /**
   * The filesystem: of ext4 the plan (metadata blocks, and where its data comes from), of
   * another its bytes, of swap its first page.
   */
  declare readonly ref: pulumi.Output<Ref>;
  /** Size of the filesystem in bytes. */
  declare readonly sizeBytes: pulumi.Output<number>;
  /** Bytes that are free in it. */
  declare readonly freeBytes: pulumi.Output<number>;
  /** Of a squashfs or an erofs: the partition that it needs, for a PartitionLayout. */
  declare readonly sizing: pulumi.Output<Sizing | undefined>;
  /** Files that ext4 has room for. */
  declare readonly freeInodes: pulumi.Output<number | undefined>;
  /** Where everything lies in an ext4: a file for the `lastPlacement` of a later version. */
  declare readonly placement: pulumi.Output<Ref | undefined>;
  /**
   * Where `placement` lies in the store of this machine; empty for none. Computed when the
   * program runs; in no state.
   */
  readonly placementPath: pulumi.Output<string>;

  constructor(name: string, args: FilesystemArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      {
        type: "Filesystem",
        outputs: ["ref", "sizeBytes", "freeBytes", "sizing", "freeInodes", "placement"],
      },
      name,
      args,
      opts,
    );
    this.placementPath = pathInStore(this.placement);
  }
}

/** The raw disk: partition table, filesystems and boot code. */
export class DiskImage extends PluginResource {
  /** The raw disk. */
  declare readonly ref: pulumi.Output<Ref>;
  /** Size of the disk in bytes. */
  declare readonly sizeBytes: pulumi.Output<number>;
  /**
   * Where the image lies in the store of this machine; empty for a VHD, which is a view of its
   * disk (`exportTo` writes it out). Computed when the program runs; in no state.
   */
  readonly path: pulumi.Output<string>;

  constructor(name: string, args: DiskImageArgs, opts?: pulumi.CustomResourceOptions) {
    super({ type: "DiskImage", outputs: ["ref", "sizeBytes"] }, name, args, opts);
    this.path = pathInStore(this.ref);
  }
}

/** A medium that starts as a CD and as a disk, by a BIOS and by UEFI. */
export class IsoImage extends PluginResource {
  /** The image. */
  declare readonly ref: pulumi.Output<Ref>;
  /** Size of the image in bytes. */
  declare readonly sizeBytes: pulumi.Output<number>;
  /**
   * Where the image lies in the store of this machine; empty for a VHD, which is a view of its
   * disk (`exportTo` writes it out). Computed when the program runs; in no state.
   */
  readonly path: pulumi.Output<string>;

  constructor(name: string, args: IsoImageArgs, opts?: pulumi.CustomResourceOptions) {
    super({ type: "IsoImage", outputs: ["ref", "sizeBytes"], seeded: true }, name, args, opts);
    this.path = pathInStore(this.ref);
  }
}

/** A disk image in another format. */
export class ConvertedImage extends PluginResource {
  /** The converted image. */
  declare readonly ref: pulumi.Output<Ref>;
  /** As in the input. */
  declare readonly format: pulumi.Output<ConvertedImageFormat>;
  /** Size of the image file. */
  declare readonly sizeBytes: pulumi.Output<number>;
  /** Size of the disk that the machine sees. */
  declare readonly virtualSizeBytes: pulumi.Output<number>;
  /** Of `zst`: SHA-256 of the disk's bytes, in hex, for who writes and reads them back. */
  declare readonly rawSha256: pulumi.Output<string | undefined>;
  /**
   * Where the image lies in the store of this machine; empty for a VHD, which is a view of its
   * disk (`exportTo` writes it out). Computed when the program runs; in no state.
   */
  readonly path: pulumi.Output<string>;

  constructor(name: string, args: ConvertedImageArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      {
        type: "ConvertedImage",
        outputs: ["ref", "format", "sizeBytes", "virtualSizeBytes", "rawSha256"],
      },
      name,
      args,
      opts,
    );
    this.path = pathInStore(this.ref);
  }
}

/** A proof that an image boots and does what was promised. */
export class BootTest extends PluginResource {
  /** For the `proof` of what publishes the image. */
  declare readonly proof: pulumi.Output<BootProof>;
  /** Time from power-on until the last expectation was met. */
  declare readonly seconds: pulumi.Output<number>;
  /** Every expectation, in the order in which they were met. */
  declare readonly met: pulumi.Output<MetExpectation[]>;
  /** The log of the serial console, relative to the store. */
  declare readonly logPath: pulumi.Output<string>;
  /** The picture of the screen, relative to the store. */
  declare readonly screenshotPath: pulumi.Output<string | undefined>;

  constructor(name: string, args: BootTestArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      { type: "BootTest", outputs: ["proof", "seconds", "met", "logPath", "screenshotPath"] },
      name,
      args,
      opts,
    );
  }
}

/** Whether a machine is ready for a cloud: drivers, console, network, left-over keys. */
export class ReadinessCheck extends PluginResource {
  /** For the `readiness` of what publishes the machine. */
  declare readonly readiness: pulumi.Output<Readiness>;
  /** What its owner should know. */
  declare readonly warnings: pulumi.Output<ReadinessFinding[]>;

  constructor(name: string, args: ReadinessCheckArgs, opts?: pulumi.CustomResourceOptions) {
    super({ type: "ReadinessCheck", outputs: ["readiness", "warnings"] }, name, args, opts);
  }
}

/** A fixed VHD as an Azure page blob. */
export class AzurePageBlob extends PluginResource {
  /** Address of the blob, without any signature: for azure-native. */
  declare readonly blobUri: pulumi.Output<string>;
  /** Name of the blob in its container. */
  declare readonly blobName: pulumi.Output<string>;
  /** Azure's version of the blob; anything that writes it changes it. */
  declare readonly etag: pulumi.Output<string>;
  /** Size of the VHD. */
  declare readonly sizeBytes: pulumi.Output<number>;
  /**
   * Bytes of the disk that the last run sent; a list of its hashes, 0.05 % of its data, is not
   * counted.
   */
  declare readonly bytesSent: pulumi.Output<number>;
  /** Requests that the last run sent, repeated ones included. */
  declare readonly requests: pulumi.Output<number>;
  /** What the last run did; `delta` sent what changed since the version before. */
  declare readonly mode: pulumi.Output<AzurePageBlobMode>;
  /** True when it was published without a boot test. */
  declare readonly unproven: pulumi.Output<boolean>;
  /** Marks the blobs as this resource's own. */
  declare readonly claim: pulumi.Output<string>;
  /** Why the blob is not what was uploaded; empty when it is. */
  declare readonly drift: pulumi.Output<string>;

  constructor(name: string, args: AzurePageBlobArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      {
        type: "AzurePageBlob",
        outputs: [
          "blobUri",
          "blobName",
          "etag",
          "sizeBytes",
          "bytesSent",
          "requests",
          "mode",
          "unproven",
          "claim",
          "drift",
        ],
        secrets: ["connectionString"],
      },
      name,
      args,
      opts,
    );
  }
}

/** A record of a machine: software bill of materials, provenance and checksums. */
export class Manifest extends PluginResource {
  /** A tar of the three documents. */
  declare readonly ref: pulumi.Output<Ref>;
  /**
   * sbom.cdx.json: CycloneDX 1.6 with every package, and every entry with its digest, owner,
   * mode and layer.
   */
  declare readonly sbom: pulumi.Output<Ref>;
  /** provenance.intoto.json: an in-toto statement with SLSA provenance v1; unsigned. */
  declare readonly provenance: pulumi.Output<Ref>;
  /** SHA256SUMS of every file, for sha256sum --check in the machine. */
  declare readonly sha256sums: pulumi.Output<Ref>;
  /** Packages that the image's databases list. */
  declare readonly packages: pulumi.Output<number>;
  /** Files in the tree. */
  declare readonly files: pulumi.Output<number>;
  /** What the documents cannot tell, and why. */
  declare readonly warnings: pulumi.Output<string[]>;
  /**
   * Where the image lies in the store of this machine; empty for a VHD, which is a view of its
   * disk (`exportTo` writes it out). Computed when the program runs; in no state.
   */
  readonly path: pulumi.Output<string>;
  /**
   * Where `sbom` lies in the store of this machine; empty for none. Computed when the program
   * runs; in no state.
   */
  readonly sbomPath: pulumi.Output<string>;
  /**
   * Where `provenance` lies in the store of this machine; empty for none. Computed when the
   * program runs; in no state.
   */
  readonly provenancePath: pulumi.Output<string>;
  /**
   * Where `sha256sums` lies in the store of this machine; empty for none. Computed when the
   * program runs; in no state.
   */
  readonly sha256sumsPath: pulumi.Output<string>;

  constructor(name: string, args: ManifestArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      {
        type: "Manifest",
        outputs: ["ref", "sbom", "provenance", "sha256sums", "packages", "files", "warnings"],
      },
      name,
      args,
      opts,
    );
    this.path = pathInStore(this.ref);
    this.sbomPath = pathInStore(this.sbom);
    this.provenancePath = pathInStore(this.provenance);
    this.sha256sumsPath = pathInStore(this.sha256sums);
  }
}
