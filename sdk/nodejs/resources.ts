// Generated from the schemas of provider/flow by bin/generate.ts; not edited by hand.
import type * as pulumi from "@pulumi/pulumi";
import { pathInStore } from "./path-in-store.ts";
import { BootwrightResource } from "./resource.ts";

/** Values of `DockerfileSource.network`. */
export type DockerfileSourceNetwork = "default" | "none" | "host";

/** Values of `GitSource.network`. */
export type GitSourceNetwork = "default" | "none" | "host";

/** Values of `Rootfs.platform`. */
export type RootfsPlatform = "linux/amd64";

/** Values of `Rootfs.network`. */
export type RootfsNetwork = "none" | "dhcp";

/** Values of `Rootfs.scrub`. */
export type RootfsScrub =
  | "apt-cache"
  | "apt-lists"
  | "logs"
  | "tmp"
  | "shell-history"
  | "machine-id"
  | "ssh-host-keys"
  | "ldconfig-cache";

/** Values of `Ref.kind`. */
export type RefKind = "file" | "tree" | "layer" | "ext4" | "disk" | "vhd";

/** Values of `KernelSource.platform`. */
export type KernelSourcePlatform = "linux/amd64";

/**
 * A whole configuration: tiny-serial runs an initramfs on a serial port, tiny-virtio is a small
 * virtual machine.
 */
export type KernelPreset = "tiny-serial" | "tiny-virtio";

/** What a kernel's configuration starts from. */
export type KernelBaseConfig = "allnoconfig" | "defconfig" | "tinyconfig";

/** Values of `InitramfsInit.run`. */
export type InitramfsInitRun = "shell" | "command" | "login";

/** Values of `InitramfsInit.network`. */
export type InitramfsInitNetwork = "none" | "dhcp";

/** Values of `Initramfs.compression`. */
export type InitramfsCompression = "gzip" | "xz" | "zstd" | "none";

/** How a disk lists its partitions. */
export type TableKind = "mbr" | "gpt";

/** What a partition is used for. */
export type PartitionKind =
  | "linux"
  | "linux-root-x86-64"
  | "linux-usr-x86-64"
  | "linux-home"
  | "linux-srv"
  | "linux-var"
  | "linux-tmp"
  | "xbootldr"
  | "esp"
  | "fat12"
  | "fat16-under-32mib"
  | "fat16"
  | "fat16-lba"
  | "fat32-chs"
  | "fat32"
  | "swap"
  | "bios-boot";

/** Values of `PartitionRequest.filesystem`. */
export type PartitionRequestFilesystem =
  | "ext4"
  | "fat12"
  | "fat16"
  | "fat32"
  | "squashfs"
  | "erofs"
  | "swap";

/** A wish for whoever finds a partition by its type. */
export type PartitionAttribute = "grow-file-system" | "read-only" | "no-auto";

/** Values of `Bootloader.type`. */
export type BootloaderType =
  | "extlinux"
  | "syslinux"
  | "efi-stub"
  | "grub-bios"
  | "grub-uefi"
  | "grub-hybrid"
  | "systemd-boot"
  | "systemd-boot-uki"
  | "uki";

/** Values of `BootInstall.method`. */
export type BootInstallMethod = "extlinux" | "syslinux" | "files";

/** Values of `Filesystem.type`. */
export type FilesystemType = "ext4" | "fat12" | "fat16" | "fat32" | "squashfs" | "erofs" | "swap";

/** Values of `SquashfsOptions.preset`. */
export type SquashfsOptionsPreset = "rebuild" | "release";

/** Values of `SquashfsOptions.compression`. */
export type SquashfsOptionsCompression = "zstd" | "gzip" | "xz" | "lz4";

/** Values of `IsoImage.layout`. */
export type IsoImageLayout = "tiny" | "live" | "casper";

/** Values of `ConvertedImage.format`. */
export type ConvertedImageFormat =
  | "vhd"
  | "qcow2"
  | "vdi"
  | "vhdx"
  | "vmdk"
  | "gce"
  | "ova"
  | "zst";

/** Values of `BootTest.media`. */
export type BootTestMedia = "disk" | "cdrom" | "usb";

/** Values of `BootTest.firmware`. */
export type BootTestFirmware = "bios" | "uefi";

/** Values of `ReadinessCheck.target`. */
export type ReadinessCheckTarget = "azure" | "aws" | "gce" | "generic";

/** Values of `ReadinessFinding.level`. */
export type ReadinessFindingLevel = "error" | "warning";

/** Values of `AzurePageBlob.mode`. */
export type AzurePageBlobMode = "uploaded" | "resumed" | "delta" | "unchanged";

/** A secret that a build may read; its value is in no state, key or log. */
export interface BuildSecretArgs {
  /** Name that `RUN --mount=type=secret,id=…` uses. */
  readonly id: pulumi.Input<string>;
  /** Environment variable of the program that holds the secret; exclusive with file. */
  readonly env?: pulumi.Input<string> | undefined;
  /** File that holds the secret; exclusive with env. */
  readonly file?: pulumi.Input<string> | undefined;
}

/** A Dockerfile and its build context. */
export interface DockerfileSourceArgs {
  /** Folder sent to the builder, relative to the project. */
  readonly context: pulumi.Input<string>;
  /** Dockerfile, relative to the context. Default: Dockerfile. */
  readonly file?: pulumi.Input<string> | undefined;
  /** Stage to build. Default: the last. */
  readonly target?: pulumi.Input<string> | undefined;
  /** Values of ARG instructions. */
  readonly buildArgs?: pulumi.Input<Record<string, pulumi.Input<string>>> | undefined;
  /** Name of the buildx builder. Default: the one the docker CLI is set to. */
  readonly builder?: pulumi.Input<string> | undefined;
  /** Look for newer base images at every build. Default: false. */
  readonly pull?: pulumi.Input<boolean> | undefined;
  /** Where the builder looks for cached layers (docker buildx build --cache-from). */
  readonly cacheFrom?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Where the builder stores cached layers (docker buildx build --cache-to). */
  readonly cacheTo?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Network of RUN instructions. Default: the builder's. */
  readonly network?: pulumi.Input<DockerfileSourceNetwork> | undefined;
  /** SSH agents that RUN --mount=type=ssh may use, such as "default". */
  readonly ssh?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Secrets that RUN --mount=type=secret may read. */
  readonly secrets?: pulumi.Input<pulumi.Input<BuildSecretArgs>[]> | undefined;
  /**
   * Any texts; a new one builds the image once without cached layers, to renew what apt
   * installed.
   */
  readonly triggers?: pulumi.Input<pulumi.Input<string>[]> | undefined;
}

/**
 * A Dockerfile in a commit of a git repository, cloned by the builder; a private one by ssh, or
 * by a secret GIT_AUTH_TOKEN.
 */
export interface GitSourceArgs {
  /** URL of the repository, as the builder reaches it. */
  readonly url: pulumi.Input<string>;
  /** Commit to build, in full. */
  readonly commit: pulumi.Input<string>;
  /** Folder of the repository that is the build context. Default: all of it. */
  readonly path?: pulumi.Input<string> | undefined;
  /** Dockerfile, relative to the context. Default: Dockerfile. */
  readonly file?: pulumi.Input<string> | undefined;
  /** Stage to build. Default: the last. */
  readonly target?: pulumi.Input<string> | undefined;
  /** Values of ARG instructions. */
  readonly buildArgs?: pulumi.Input<Record<string, pulumi.Input<string>>> | undefined;
  /** Name of the buildx builder. Default: the one the docker CLI is set to. */
  readonly builder?: pulumi.Input<string> | undefined;
  /** Look for newer base images at every build. Default: false. */
  readonly pull?: pulumi.Input<boolean> | undefined;
  /** Where the builder looks for cached layers (docker buildx build --cache-from). */
  readonly cacheFrom?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Where the builder stores cached layers (docker buildx build --cache-to). */
  readonly cacheTo?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Network of RUN instructions. Default: the builder's. */
  readonly network?: pulumi.Input<GitSourceNetwork> | undefined;
  /** SSH agents that RUN --mount=type=ssh may use, such as "default". */
  readonly ssh?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Secrets that RUN --mount=type=secret may read. */
  readonly secrets?: pulumi.Input<pulumi.Input<BuildSecretArgs>[]> | undefined;
  /**
   * Any texts; a new one builds the image once without cached layers, to renew what apt
   * installed.
   */
  readonly triggers?: pulumi.Input<pulumi.Input<string>[]> | undefined;
}

/** The files of a machine's disk, whose ext2, ext3 or ext4 is read without mounting it. */
export interface DiskSourceArgs {
  /** The image of a disk, relative to the project: raw, qcow2 or a fixed VHD. */
  readonly path: pulumi.Input<string>;
  /** What the file must hash to, such as its publisher says. */
  readonly sha256?: pulumi.Input<string> | undefined;
  /** Number of the partition. Default: the only one with an ext2, ext3 or ext4. */
  readonly partition?: pulumi.Input<number> | undefined;
}

/** Where the root filesystem comes from; exactly one. */
export interface RootfsSourceArgs {
  /** Build a Dockerfile. */
  readonly dockerfile?: pulumi.Input<DockerfileSourceArgs> | undefined;
  /** Build a Dockerfile of a git repository, at a commit. */
  readonly git?: pulumi.Input<GitSourceArgs> | undefined;
  /** An image in the builder's engine, by reference or digest. */
  readonly image?: pulumi.Input<string> | undefined;
  /** An OCI layout folder with one image. */
  readonly ociLayout?: pulumi.Input<string> | undefined;
  /** A tar of an OCI layout. */
  readonly ociArchive?: pulumi.Input<string> | undefined;
  /** A tar that docker save wrote. */
  readonly dockerArchive?: pulumi.Input<string> | undefined;
  /** A tar of a root filesystem, plain or compressed with gzip or zstd. */
  readonly tar?: pulumi.Input<string> | undefined;
  /** A folder that becomes the root filesystem; everything in it is owned by root. */
  readonly directory?: pulumi.Input<string> | undefined;
  /** The disk of a machine, such as a cloud image. */
  readonly disk?: pulumi.Input<DiskSourceArgs> | undefined;
}

/** An entry that is added to the image or replaces one of it. */
export interface MachineFileArgs {
  /** Absolute path in the machine; missing parents are made with mode 0755. */
  readonly path: pulumi.Input<string>;
  /** Text of the file, in UTF-8; exclusive with source, symlink and directory. */
  readonly content?: pulumi.Input<string> | undefined;
  /** File of the project whose bytes are taken. */
  readonly source?: pulumi.Input<string> | undefined;
  /** Target of a symbolic link. */
  readonly symlink?: pulumi.Input<string> | undefined;
  /** Make a directory. */
  readonly directory?: pulumi.Input<boolean> | undefined;
  /** Permission bits as a number, such as 0o600. Default: 0644, directories 0755. */
  readonly mode?: pulumi.Input<number> | undefined;
  /** Owner. Default: 0. */
  readonly uid?: pulumi.Input<number> | undefined;
  /** Group. Default: 0. */
  readonly gid?: pulumi.Input<number> | undefined;
}

/** Parts of a machine that are installed where the image has none. */
export interface RootfsInstallArgs {
  /** Install the distribution's kernel, with an initrd. Default: false. */
  readonly kernel?: pulumi.Input<boolean> | undefined;
  /** Install the distribution's init, and what a login and a network need. Default: false. */
  readonly init?: pulumi.Input<boolean> | undefined;
}

/** A reference to an artefact by content. */
export interface Ref {
  /** What the artefact is. */
  readonly kind: RefKind;
  /** Identity of the content; the only part that a diff compares. */
  readonly digest: string;
  /** The step that makes the artefact, with its upstream references: deflated JSON in Base64. */
  readonly recipe: string;
}

/** A reference to an artefact by content. */
export interface RefArgs {
  /** What the artefact is. */
  readonly kind: pulumi.Input<RefKind>;
  /** Identity of the content; the only part that a diff compares. */
  readonly digest: pulumi.Input<string>;
  /** The step that makes the artefact, with its upstream references: deflated JSON in Base64. */
  readonly recipe: pulumi.Input<string>;
}

/** How much room content needs. */
export interface Sizing {
  /** Smallest partition that holds it, in MiB. */
  readonly minimumMiB: number;
}

/** How much room content needs. */
export interface SizingArgs {
  /** Smallest partition that holds it, in MiB. */
  readonly minimumMiB: pulumi.Input<number>;
}

/** A kernel that a tree holds. */
export interface TreeKernel {
  /** Version, as in the file's name. */
  readonly version: string;
  /** Path in the tree. */
  readonly path: string;
  /** The kernel. */
  readonly image: Ref;
  /** Path of its initrd in the tree, if there is one. */
  readonly initrdPath?: string | undefined;
  /** Its initrd, if there is one. */
  readonly initrd?: Ref | undefined;
}

/** A kernel that a tree holds. */
export interface TreeKernelArgs {
  /** Version, as in the file's name. */
  readonly version: pulumi.Input<string>;
  /** Path in the tree. */
  readonly path: pulumi.Input<string>;
  /** The kernel. */
  readonly image: pulumi.Input<RefArgs>;
  /** Path of its initrd in the tree, if there is one. */
  readonly initrdPath?: pulumi.Input<string> | undefined;
  /** Its initrd, if there is one. */
  readonly initrd?: pulumi.Input<RefArgs> | undefined;
}

/** What the image says it is. */
export interface OsRelease {
  /** ID of os-release(5), such as debian. */
  readonly id: string;
  /** VERSION_ID. */
  readonly versionId: string;
  /** PRETTY_NAME. */
  readonly prettyName: string;
}

/** What the image says it is. */
export interface OsReleaseArgs {
  /** ID of os-release(5), such as debian. */
  readonly id: pulumi.Input<string>;
  /** VERSION_ID. */
  readonly versionId: pulumi.Input<string>;
  /** PRETTY_NAME. */
  readonly prettyName: pulumi.Input<string>;
}

/** What the image's configuration says of its process. */
export interface ImageConfig {
  /** Environment, as NAME=value. */
  readonly env: string[];
  /** ENTRYPOINT. */
  readonly entrypoint: string[];
  /** CMD. */
  readonly cmd: string[];
  /** USER. */
  readonly user: string;
  /** WORKDIR. */
  readonly workingDir: string;
}

/** What the image's configuration says of its process. */
export interface ImageConfigArgs {
  /** Environment, as NAME=value. */
  readonly env: pulumi.Input<pulumi.Input<string>[]>;
  /** ENTRYPOINT. */
  readonly entrypoint: pulumi.Input<pulumi.Input<string>[]>;
  /** CMD. */
  readonly cmd: pulumi.Input<pulumi.Input<string>[]>;
  /** USER. */
  readonly user: pulumi.Input<string>;
  /** WORKDIR. */
  readonly workingDir: pulumi.Input<string>;
}

/** A package of the distribution. */
export interface InstalledPackage {
  /** Name of the package. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
}

/** A file of the project. */
export interface GivenFileArgs {
  /** Path of the file, relative to the project. */
  readonly path: pulumi.Input<string>;
  /** What the file must hash to; taken from the file when it is not given. */
  readonly sha256?: pulumi.Input<string> | undefined;
}

/** Where a kernel's source comes from: one of file, directory and package. */
export interface KernelSourceArgs {
  /** A tarball of the source, as kernel.org has it: plain, or by gzip, bzip2, xz, zstd. */
  readonly file?: pulumi.Input<string> | undefined;
  /** A folder with the source; it is copied, cleaned (make mrproper) and left alone. */
  readonly directory?: pulumi.Input<string> | undefined;
  /** The distribution's package with the source; the builder downloads it. */
  readonly package?: pulumi.Input<string> | undefined;
  /** Image of the distribution whose package it is. Default: debian:12. */
  readonly image?: pulumi.Input<string> | undefined;
  /** What the tarball must hash to, of a file or a package. */
  readonly sha256?: pulumi.Input<string> | undefined;
  /** Platform that the kernel is for. Default: linux/amd64. */
  readonly platform?: pulumi.Input<KernelSourcePlatform> | undefined;
}

/** An option of a kernel's configuration. */
export interface KernelOptionArgs {
  /** Name of the option, such as BLK_DEV_INITRD. */
  readonly name: pulumi.Input<string>;
  /** "y", "n", a number or a text, as the option takes it; a text without quotes. */
  readonly value: pulumi.Input<string>;
}

/** What the first process of the machine does. */
export interface InitramfsInitArgs {
  /**
   * `shell`: /bin/sh. `command`: the ENTRYPOINT and CMD of `config`, with its ENV, USER and
   * WORKDIR. `login`: a login on each console (needs supervise). Default: `shell`.
   */
  readonly run?: pulumi.Input<InitramfsInitRun> | undefined;
  /**
   * Stay the first process: start again what ends, reap orphans, give each console a terminal
   * of its own, load drivers from the image's /lib/modules, and power off or reboot cleanly on
   * the power button and on signals. By busybox's init where the image has it (and by the
   * image's own /etc/inittab, if there is one), else by a shell. Default: `false`.
   */
  readonly supervise?: pulumi.Input<boolean> | undefined;
  /**
   * Line that is printed after how long the boot took; empty for none. Default: `Welcome to
   * your Docker image based Linux.`.
   */
  readonly welcome?: pulumi.Input<string> | undefined;
  /**
   * Terminals that get the shell or the login (needs supervise); none: the kernel's console.
   * Default: none.
   */
  readonly consoles?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** `dhcp`: every Ethernet card asks for an address (needs supervise). Default: `none`. */
  readonly network?: pulumi.Input<InitramfsInitNetwork> | undefined;
  /**
   * Keep messages of programs and the kernel: in /var/log/messages by busybox, elsewhere where
   * the image's rsyslog puts them (needs supervise). Default: `false`.
   */
  readonly syslog?: pulumi.Input<boolean> | undefined;
}

/** A partition as it is asked for. */
export interface PartitionRequestArgs {
  /** Name, unique on the disk; GPT also writes it into the table. */
  readonly name: pulumi.Input<string>;
  /** What the partition is for. Default: `linux`. */
  readonly type?: pulumi.Input<PartitionKind> | undefined;
  /**
   * Size in MiB; without it the partition fits its content, and the last such one takes the
   * rest of the disk.
   */
  readonly sizeMiB?: pulumi.Input<number> | undefined;
  /** What its content needs, such as `rootfs.sizing`. */
  readonly sizing?: pulumi.Input<SizingArgs> | undefined;
  /** Filesystem it holds; by default what its type suggests. */
  readonly filesystem?: pulumi.Input<PartitionRequestFilesystem> | undefined;
  /** Label of the filesystem. Default: none. */
  readonly label?: pulumi.Input<string> | undefined;
  /** UUID of the filesystem (`XXXX-XXXX` for FAT); made from the seed by default. */
  readonly uuid?: pulumi.Input<string> | undefined;
  /** Whether a BIOS boots from this partition. Default: `false`. */
  readonly bootable?: pulumi.Input<boolean> | undefined;
  /**
   * For systemd, which finds the partition by its type: `no-auto`, `read-only`,
   * `grow-file-system`; only GPT.
   */
  readonly attributes?: pulumi.Input<pulumi.Input<PartitionAttribute>[]> | undefined;
  /** Where the machine mounts it, such as `/`. Default: none. */
  readonly mountPoint?: pulumi.Input<string> | undefined;
}

/** A partition with its place on the disk. */
export interface Partition {
  /** Name of the partition, as filesystems refer to it. */
  readonly name: string;
  /** Number in the table, from 1. */
  readonly number: number;
  /** What the partition is for. */
  readonly type: PartitionKind;
  /** First sector of 512 bytes. */
  readonly startSector: number;
  /** Length in sectors of 512 bytes. */
  readonly sectors: number;
  /** Where the partition begins on the disk, in bytes. */
  readonly offsetBytes: number;
  /** Length in bytes. */
  readonly sizeBytes: number;
  /** Whether a BIOS boots from this partition. */
  readonly bootable: boolean;
  /** Attributes of the GPT entry, where it has some. */
  readonly attributes?: PartitionAttribute[] | undefined;
  /** What `root=PARTUUID=` calls the partition. */
  readonly partUuid: string;
  /** Filesystem, such as `ext4` or `fat16`; empty for none. */
  readonly filesystem: string;
  /** UUID of the filesystem; empty where there is none. */
  readonly uuid: string;
  /** Label of the filesystem; empty for none. */
  readonly label: string;
  /** Where the machine mounts it; empty for nowhere. */
  readonly mountPoint: string;
}

/** A partition with its place on the disk. */
export interface PartitionArgs {
  /** Name of the partition, as filesystems refer to it. */
  readonly name: pulumi.Input<string>;
  /** Number in the table, from 1. */
  readonly number: pulumi.Input<number>;
  /** What the partition is for. */
  readonly type: pulumi.Input<PartitionKind>;
  /** First sector of 512 bytes. */
  readonly startSector: pulumi.Input<number>;
  /** Length in sectors of 512 bytes. */
  readonly sectors: pulumi.Input<number>;
  /** Where the partition begins on the disk, in bytes. */
  readonly offsetBytes: pulumi.Input<number>;
  /** Length in bytes. */
  readonly sizeBytes: pulumi.Input<number>;
  /** Whether a BIOS boots from this partition. */
  readonly bootable: pulumi.Input<boolean>;
  /** Attributes of the GPT entry, where it has some. */
  readonly attributes?: pulumi.Input<pulumi.Input<PartitionAttribute>[]> | undefined;
  /** What `root=PARTUUID=` calls the partition. */
  readonly partUuid: pulumi.Input<string>;
  /** Filesystem, such as `ext4` or `fat16`; empty for none. */
  readonly filesystem: pulumi.Input<string>;
  /** UUID of the filesystem; empty where there is none. */
  readonly uuid: pulumi.Input<string>;
  /** Label of the filesystem; empty for none. */
  readonly label: pulumi.Input<string>;
  /** Where the machine mounts it; empty for nowhere. */
  readonly mountPoint: pulumi.Input<string>;
}

/** A disk's partition table. */
export interface Layout {
  /** Kind of partition table. */
  readonly table: TableKind;
  /** Identity of the disk: 8 hex digits for MBR, a GUID for GPT, in lower case. */
  readonly diskSignature: string;
  /** Size of the disk in bytes. */
  readonly sizeBytes: number;
  /** Partitions in the order of the disk. */
  readonly partitions: Partition[];
}

/** A disk's partition table. */
export interface LayoutArgs {
  /** Kind of partition table. */
  readonly table: pulumi.Input<TableKind>;
  /** Identity of the disk: 8 hex digits for MBR, a GUID for GPT, in lower case. */
  readonly diskSignature: pulumi.Input<string>;
  /** Size of the disk in bytes. */
  readonly sizeBytes: pulumi.Input<number>;
  /** Partitions in the order of the disk. */
  readonly partitions: pulumi.Input<pulumi.Input<PartitionArgs>[]>;
}

/** A kernel or an initrd. */
export interface BootFileArgs {
  /** The file. */
  readonly ref: pulumi.Input<RefArgs>;
  /**
   * Where it lies in the tree of an ext4 that extlinux or GRUB reads; empty to have it placed
   * there. On FAT it is always placed. Default: none.
   */
  readonly path?: pulumi.Input<string> | undefined;
}

/** An entry of a boot loader's menu. */
export interface BootMenuEntryArgs {
  /** What the menu shows. */
  readonly title: pulumi.Input<string>;
  /** Arguments for the kernel that follow those of all entries, such as `single`. Default: none. */
  readonly commandLine?: pulumi.Input<string> | undefined;
  /** Only for GRUB: title of the submenu that holds it, with those around it. */
  readonly submenu?: pulumi.Input<string> | undefined;
}

/** A file that a boot loader puts into a filesystem. */
export interface PlacedFile {
  /** Where the file goes, from the filesystem's root. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** What is in the file. */
  readonly content: Ref;
}

/** A file that a boot loader puts into a filesystem. */
export interface PlacedFileArgs {
  /** Where the file goes, from the filesystem's root. */
  readonly path: pulumi.Input<string>;
  /** Permission bits. */
  readonly mode: pulumi.Input<number>;
  /** What is in the file. */
  readonly content: pulumi.Input<RefArgs>;
}

/** What a boot loader does to one filesystem. */
export interface BootInstall {
  /** Name of the partition whose filesystem it is. */
  readonly partition: string;
  /**
   * `extlinux` (on ext4) and `syslinux` (on FAT) tell ldlinux.sys and the boot sector where the
   * file lies; `files` only places files.
   */
  readonly method: BootInstallMethod;
  /** Directory of the boot loader, such as `/boot`. */
  readonly directory: string;
  /** Files to place. */
  readonly files: PlacedFile[];
  /** First 512 bytes of the partition, before they are told where ldlinux.sys lies. */
  readonly bootSector?: Ref | undefined;
}

/** What a boot loader does to one filesystem. */
export interface BootInstallArgs {
  /** Name of the partition whose filesystem it is. */
  readonly partition: pulumi.Input<string>;
  /**
   * `extlinux` (on ext4) and `syslinux` (on FAT) tell ldlinux.sys and the boot sector where the
   * file lies; `files` only places files.
   */
  readonly method: pulumi.Input<BootInstallMethod>;
  /** Directory of the boot loader, such as `/boot`. */
  readonly directory: pulumi.Input<string>;
  /** Files to place. */
  readonly files: pulumi.Input<pulumi.Input<PlacedFileArgs>[]>;
  /** First 512 bytes of the partition, before they are told where ldlinux.sys lies. */
  readonly bootSector?: pulumi.Input<RefArgs> | undefined;
}

/** Bytes that lie outside any partition. */
export interface DiskBlob {
  /** Where the bytes go on the disk. */
  readonly offsetBytes: number;
  /** The bytes. */
  readonly content: Ref;
}

/** Bytes that lie outside any partition. */
export interface DiskBlobArgs {
  /** Where the bytes go on the disk. */
  readonly offsetBytes: pulumi.Input<number>;
  /** The bytes. */
  readonly content: pulumi.Input<RefArgs>;
}

/** An artefact that a filesystem holds as a file. */
export interface AddedFileArgs {
  /** Where it goes, from the filesystem's root. */
  readonly path: pulumi.Input<string>;
  /** What is in it: a file or a raw disk, such as `image.ref`. */
  readonly content: pulumi.Input<RefArgs>;
  /** Permission bits as a number. Default: 0644. */
  readonly mode?: pulumi.Input<number> | undefined;
}

/** One line of fstab(5). */
export interface FstabEntryArgs {
  /** What is mounted, such as `UUID=…` or `LABEL=…`. */
  readonly device: pulumi.Input<string>;
  /** Where, or none for swap. */
  readonly mountPoint: pulumi.Input<string>;
  /** Filesystem type, such as ext4. */
  readonly type: pulumi.Input<string>;
  /** Mount options. Default: `defaults`. */
  readonly options?: pulumi.Input<string> | undefined;
  /** Order of fsck at boot; 1 for the root. Default: `0`. */
  readonly pass?: pulumi.Input<number> | undefined;
}

/** How a squashfs is made. */
export interface SquashfsOptionsArgs {
  /**
   * `rebuild`, the default, is zstd of level 3, made in seconds; `release` is xz, a fifth
   * smaller, made in minutes. Or choose by `compression` and `level`.
   */
  readonly preset?: pulumi.Input<SquashfsOptionsPreset> | undefined;
  /** `zstd` is fast to make and to read, `xz` the smallest, `lz4` the largest and fastest. */
  readonly compression?: pulumi.Input<SquashfsOptionsCompression> | undefined;
  /**
   * How hard `zstd` (1 to 22, by default 3) or `gzip` (1 to 9, by default 9) tries; the others
   * have no levels.
   */
  readonly level?: pulumi.Input<number> | undefined;
  /**
   * What is left out: a path with all below it, or with `/*` at its end all below it. Default:
   * none.
   */
  readonly exclude?: pulumi.Input<pulumi.Input<string>[]> | undefined;
}

/** A filesystem and its partition. */
export interface DiskFilesystemArgs {
  /** Name of the partition that it fills. */
  readonly partition: pulumi.Input<string>;
  /** The filesystem: `ref` of a Filesystem, or of a file. */
  readonly content: pulumi.Input<RefArgs>;
}

/** An artefact that a medium holds as a file. */
export interface IsoFileArgs {
  /** Where it goes, from the medium's root. */
  readonly path: pulumi.Input<string>;
  /** What is in it: a file, such as `image.ref`. */
  readonly content: pulumi.Input<RefArgs>;
}

/** An entry of a menu below the boot menu. */
export interface IsoSubmenuEntryArgs {
  /** What the menu shows. */
  readonly title: pulumi.Input<string>;
  /**
   * Arguments for the kernel, to which those of the layout and the consoles are added; or for
   * Memtest86+. Default: none.
   */
  readonly commandLine?: pulumi.Input<string> | undefined;
  /** Starts Memtest86+ instead of the system, by a BIOS and by UEFI. Default: `false`. */
  readonly memtest?: pulumi.Input<boolean> | undefined;
}

/** An entry of the boot menu. */
export interface IsoMenuEntryArgs {
  /** What the menu shows. */
  readonly title: pulumi.Input<string>;
  /**
   * Arguments for the kernel, to which those of the layout and the consoles are added; or for
   * Memtest86+. Default: none.
   */
  readonly commandLine?: pulumi.Input<string> | undefined;
  /** Starts Memtest86+ instead of the system, by a BIOS and by UEFI. Default: `false`. */
  readonly memtest?: pulumi.Input<boolean> | undefined;
  /** Opens a menu of these instead of starting something. */
  readonly submenu?: pulumi.Input<pulumi.Input<IsoSubmenuEntryArgs>[]> | undefined;
}

/** Keys that are pressed on a machine's keyboard. */
export interface BootKeysArgs {
  /** The text on the first serial port at which they are pressed, such as a menu's. */
  readonly after: pulumi.Input<string>;
  /**
   * Keys one after the other, by QEMU's names: `down`, `ret`, `f2`; `ctrl-alt-delete` are three
   * at once.
   */
  readonly press: pulumi.Input<pulumi.Input<string>[]>;
}

/** What a web server of the machine answers. */
export interface HttpExpectationArgs {
  /** TCP port inside the machine. */
  readonly port: pulumi.Input<number>;
  /** Path, with its query. Default: `/`. */
  readonly path?: pulumi.Input<string> | undefined;
  /** Status that it must answer. Default: `200`. */
  readonly status?: pulumi.Input<number> | undefined;
  /** Text that the body must contain. */
  readonly body?: pulumi.Input<string> | undefined;
}

/** What a server of the machine sends. */
export interface TcpExpectationArgs {
  /** TCP port inside the machine. */
  readonly port: pulumi.Input<number>;
  /** Text that is sent first. */
  readonly send?: pulumi.Input<string> | undefined;
  /** Text that must come back. */
  readonly expect: pulumi.Input<string>;
}

/** What a machine does when it has booted. */
export interface BootExpectationsArgs {
  /** Texts that must appear on the first serial port, in this order. Default: none. */
  readonly serial?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Answers of web servers, asked for until they come. Default: none. */
  readonly http?: pulumi.Input<pulumi.Input<HttpExpectationArgs>[]> | undefined;
  /** Answers of other servers, asked for until they come. Default: none. */
  readonly tcp?: pulumi.Input<pulumi.Input<TcpExpectationArgs>[]> | undefined;
}

/** What a boot test has proved. */
export interface BootProof {
  /** Digest of the disk that booted. */
  readonly imageDigest: string;
  /** What it was seen to do. */
  readonly expectations: string;
}

/** What a boot test has proved. */
export interface BootProofArgs {
  /** Digest of the disk that booted. */
  readonly imageDigest: pulumi.Input<string>;
  /** What it was seen to do. */
  readonly expectations: pulumi.Input<string>;
}

/** An expectation and when it was met. */
export interface MetExpectation {
  /** What was expected, in words. */
  readonly expectation: string;
  /** When it was met, from power-on. */
  readonly seconds: number;
}

/** What a readiness check has found good. */
export interface Readiness {
  /** Digest of the tree that was looked at. */
  readonly tree: string;
  /** The cloud that it is ready for. */
  readonly target: string;
}

/** What a readiness check has found good. */
export interface ReadinessArgs {
  /** Digest of the tree that was looked at. */
  readonly tree: pulumi.Input<string>;
  /** The cloud that it is ready for. */
  readonly target: pulumi.Input<string>;
}

/** Something that a machine is not ready for. */
export interface ReadinessFinding {
  /** Path in the machine, or the input that it is about. */
  readonly path: string;
  /** How bad it is; errors fail the check. */
  readonly level: ReadinessFindingLevel;
  /** What is wrong. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
}

/** An artefact that a manifest names. */
export interface ManifestArtefactArgs {
  /** What the documents call it, such as `kernel`; each name once. */
  readonly name: pulumi.Input<string>;
  /** The artefact: `ref` of a resource. */
  readonly content: pulumi.Input<RefArgs>;
}

/** Inputs of {@link Rootfs}. */
export interface RootfsArgs {
  /** Where the root filesystem comes from. */
  readonly source: pulumi.Input<RootfsSourceArgs>;
  /** Platform of the image. Default: `linux/amd64`. */
  readonly platform?: pulumi.Input<RootfsPlatform> | undefined;
  /** Entries to add or replace, after the image's own. Default: none. */
  readonly files?: pulumi.Input<pulumi.Input<MachineFileArgs>[]> | undefined;
  /**
   * Host name of the machine, also in /etc/hosts where the image has none. Default: the image's
   * own /etc/hostname.
   */
  readonly hostname?: pulumi.Input<string> | undefined;
  /**
   * dhcp: every Ethernet card asks for an address and name servers, through systemd-networkd.
   * Default: `none`.
   */
  readonly network?: pulumi.Input<RootfsNetwork> | undefined;
  /**
   * Kernel and init of the image's own distribution (Debian, Ubuntu), for an image that has
   * none: so that debian:12 alone becomes a machine.
   */
  readonly install?: pulumi.Input<RootfsInstallArgs> | undefined;
  /**
   * Run the image's process (ENTRYPOINT and CMD, with its ENV, USER, WORKDIR, STOPSIGNAL and
   * HEALTHCHECK) as a service of the machine, through systemd or busybox's init. Default:
   * `false`.
   */
  readonly service?: pulumi.Input<boolean> | undefined;
  /**
   * Grow the root partition and its filesystem to the disk at the first boot (needs systemd,
   * util-linux, fdisk and e2fsprogs in the image). Default: `false`.
   */
  readonly growRootOnFirstBoot?: pulumi.Input<boolean> | undefined;
  /**
   * What is left out because it must not ship or never repeats. Default: everything named here;
   * an empty list keeps all.
   */
  readonly scrub?: pulumi.Input<pulumi.Input<RootfsScrub>[]> | undefined;
  /** Later modification times are clamped to this, in seconds since 1970. Default: 2025-01-01. */
  readonly sourceDateEpoch?: pulumi.Input<number> | undefined;
}

/**
 * The root filesystem of a machine, from a Dockerfile, an image, an archive, a folder or a
 * disk.
 */
export class Rootfs extends BootwrightResource {
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

/** Inputs of {@link Kernel}. */
export interface KernelArgs {
  /** Kernels of the image: `rootfs.kernels`; exclusive with file. */
  readonly kernels?: pulumi.Input<pulumi.Input<TreeKernelArgs>[]> | undefined;
  /** Which kernel of the image; by default the newest. Of a file, what it is called. */
  readonly version?: pulumi.Input<string> | undefined;
  /** A kernel from a file; exclusive with kernels. */
  readonly file?: pulumi.Input<GivenFileArgs> | undefined;
  /** The source to build a kernel from; exclusive with kernels and file. */
  readonly source?: pulumi.Input<KernelSourceArgs> | undefined;
  /**
   * A whole configuration by name; exclusive with baseConfig and configFile. `tiny-serial`
   * (allnoconfig and a dozen options) runs programs out of an initramfs and talks on the first
   * serial port. `tiny-virtio` adds what a small virtual machine needs: ACPI, EFI stub, virtio,
   * SATA and IDE disks, ext4, FAT, ISO 9660, squashfs, overlay, IPv4, a VGA text screen.
   */
  readonly preset?: pulumi.Input<KernelPreset> | undefined;
  /** What the configuration starts from; exclusive with preset and configFile. */
  readonly baseConfig?: pulumi.Input<KernelBaseConfig> | undefined;
  /** A `.config` that the configuration starts from; exclusive with preset and baseConfig. */
  readonly configFile?: pulumi.Input<string> | undefined;
  /**
   * Options set on top. One that the source does not have, or that does not survive `make
   * olddefconfig`, is an error that names what it depends on.
   */
  readonly options?: pulumi.Input<pulumi.Input<KernelOptionArgs>[]> | undefined;
  /** Patches for the source, applied in this order (patch -p1). */
  readonly patches?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * An initramfs that is built into the kernel, such as `initramfs.ref`: one file is the whole
   * machine. A change of it builds the kernel again.
   */
  readonly initramfs?: pulumi.Input<RefArgs> | undefined;
}

/** The kernel of a machine: one of the image's own, a file, or built from source. */
export class Kernel extends BootwrightResource {
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

/** Inputs of {@link Initramfs}. */
export interface InitramfsArgs {
  /** Kernels of the image with their initrds: `rootfs.kernels`; exclusive with file and tree. */
  readonly kernels?: pulumi.Input<pulumi.Input<TreeKernelArgs>[]> | undefined;
  /** The initrd of which kernel; by default of the newest. Of a file, what it is called. */
  readonly version?: pulumi.Input<string> | undefined;
  /** An initrd from a file; exclusive with kernels and tree. */
  readonly file?: pulumi.Input<GivenFileArgs> | undefined;
  /**
   * A whole tree, such as `rootfs.ref`, packed as the machine's root; exclusive with kernels
   * and file. Times are kept in whole seconds.
   */
  readonly tree?: pulumi.Input<RefArgs> | undefined;
  /** How the packed tree starts; left out where it has an /init of its own. */
  readonly init?: pulumi.Input<InitramfsInitArgs> | undefined;
  /** What `init.run: "command"` starts: `rootfs.config`. */
  readonly config?: pulumi.Input<ImageConfigArgs> | undefined;
  /** How a packed tree is compressed; the kernel must know it. Default: gzip. */
  readonly compression?: pulumi.Input<InitramfsCompression> | undefined;
  /**
   * Extended attributes that a packed tree may lose, such as `security.capability`: cpio holds
   * none, and a tree with any other is refused.
   */
  readonly dropXattrs?: pulumi.Input<pulumi.Input<string>[]> | undefined;
}

/** The initial RAM filesystem of a machine: a whole tree, the image's own, or a file. */
export class Initramfs extends BootwrightResource {
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

/** Inputs of {@link PartitionLayout}. */
export interface PartitionLayoutArgs {
  /**
   * What UUIDs and the disk's signature are made from; the same seed gives the same ones.
   * Default: `PROJECT/NAME` of this resource, the same in every stack.
   */
  readonly seed?: pulumi.Input<string> | undefined;
  /** Kind of partition table. Default: `mbr`. */
  readonly table?: pulumi.Input<TableKind> | undefined;
  /** Size of the disk in MiB; by default as small as the partitions allow. */
  readonly diskSizeMiB?: pulumi.Input<number> | undefined;
  /**
   * A disk without diskSizeMiB rounds up to a multiple of this; clouds want whole GiB. Default:
   * `1024`.
   */
  readonly roundToMiB?: pulumi.Input<number> | undefined;
  /** Partitions in the order of the disk, each aligned to 1 MiB. */
  readonly partitions: pulumi.Input<pulumi.Input<PartitionRequestArgs>[]>;
}

/** Offsets, sizes, types and UUIDs of a disk's partitions. */
export class PartitionLayout extends BootwrightResource {
  /** The disk decided to the sector. */
  declare readonly layout: pulumi.Output<Layout>;

  constructor(name: string, args: PartitionLayoutArgs, opts?: pulumi.CustomResourceOptions) {
    super({ type: "PartitionLayout", outputs: ["layout"], seeded: true }, name, args, opts);
  }
}

/** Inputs of {@link Bootloader}. */
export interface BootloaderArgs {
  /**
   * Which boot loader: `extlinux` on ext4, `syslinux` on FAT, GRUB started by a BIOS, by UEFI
   * or by both, or systemd-boot, which starts kernels with entries of text, or one UKI for each
   * entry. Or none: `uki` has the firmware start kernel, initrd and command line in one file,
   * `efi-stub` the kernel alone. Default: `extlinux`.
   */
  readonly type?: pulumi.Input<BootloaderType> | undefined;
  /**
   * The disk, for GRUB, systemd-boot and `uki`: where the ESP, the core of GRUB and `partition`
   * lie.
   */
  readonly layout?: pulumi.Input<LayoutArgs> | undefined;
  /**
   * Kind of partition table, in which extlinux and syslinux look for the bootable partition.
   * Default: `mbr`.
   */
  readonly table?: pulumi.Input<TableKind> | undefined;
  /**
   * Partition with the boot loader's configuration; ext4 or FAT. systemd-boot and `uki` have
   * all on the ESP. Default: `root`.
   */
  readonly partition?: pulumi.Input<string> | undefined;
  /**
   * UUID of the root filesystem, such as `layout.partitions[0].uuid`; left out where the initrd
   * is the whole machine, or commandLine names the root.
   */
  readonly rootUuid?: pulumi.Input<string> | undefined;
  /** The kernel. */
  readonly kernel: pulumi.Input<BootFileArgs>;
  /** The initial RAM filesystem. */
  readonly initrd?: pulumi.Input<BootFileArgs> | undefined;
  /**
   * Arguments for the kernel; root and consoles are added. With `efi-stub` they are the
   * kernel's own. Default: `rw`.
   */
  readonly commandLine?: pulumi.Input<string> | undefined;
  /**
   * Consoles of the kernel; the last is /dev/console. A menu is shown on the screen, and on the
   * first serial one. Default: `tty0`, `ttyS0`.
   */
  readonly consoles?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * What the menu offers, from top to bottom; none is one entry by the name in `osRelease`.
   * Default: none.
   */
  readonly entries?: pulumi.Input<pulumi.Input<BootMenuEntryArgs>[]> | undefined;
  /** Which of `entries` is started without a key; 0 is the first. Default: `0`. */
  readonly defaultEntry?: pulumi.Input<number> | undefined;
  /** How long to wait for a key before booting; 0 boots at once. Default: `0`. */
  readonly timeoutSeconds?: pulumi.Input<number> | undefined;
  /** Title of a menu of extlinux or syslinux; without it there is none. */
  readonly menuTitle?: pulumi.Input<string> | undefined;
  /**
   * Private key (RSA, PEM, not encrypted), with which the EFI programs are signed for Secure
   * Boot: boot loader, kernel and UKIs. It is in no artefact, key or log, and encrypted in the
   * state.
   */
  readonly signingKey?: pulumi.Input<string> | undefined;
  /** Certificate (PEM) that belongs to signingKey; firmware must trust it. */
  readonly signingCertificate?: pulumi.Input<string> | undefined;
  /** What the machine says that it is, such as `rootfs.osRelease`. */
  readonly osRelease?: pulumi.Input<OsReleaseArgs> | undefined;
}

/** What makes a disk start: files for filesystems, and boot code for the disk. */
export class Bootloader extends BootwrightResource {
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

/** Inputs of {@link Filesystem}. */
export interface FilesystemArgs {
  /** Filesystem to make. Default: `ext4`. */
  readonly type?: pulumi.Input<FilesystemType> | undefined;
  /**
   * What it holds, such as `rootfs.ref`; FAT may do without, and then holds `files` and what
   * `installs` place. Swap has none.
   */
  readonly tree?: pulumi.Input<RefArgs> | undefined;
  /** Folder of the tree that becomes the filesystem's root. Default: `/`. */
  readonly subtree?: pulumi.Input<string> | undefined;
  /**
   * Where it lies: one of `layout.partitions`. A squashfs or an erofs may do without: it is as
   * large as its content.
   */
  readonly partition?: pulumi.Input<PartitionArgs> | undefined;
  /**
   * What boot loaders place, such as `bootloader.installs`; those of other partitions are
   * passed over. Default: none.
   */
  readonly installs?: pulumi.Input<pulumi.Input<BootInstallArgs>[]> | undefined;
  /** Artefacts to hold as files, such as the disk image that an installer writes. Default: none. */
  readonly files?: pulumi.Input<pulumi.Input<AddedFileArgs>[]> | undefined;
  /** Lines of /etc/fstab; none leaves the image's own file. Default: none. */
  readonly fstab?: pulumi.Input<pulumi.Input<FstabEntryArgs>[]> | undefined;
  /**
   * Partitions that the machine mounts, such as `layout.partitions`: their folders stay empty
   * here, and with `subtree` / each gets a line of fstab, as swap does. Default: none.
   */
  readonly mounts?: pulumi.Input<pulumi.Input<PartitionArgs>[]> | undefined;
  /** Creation time of the filesystem, in seconds since 1970. Default: 2025-01-01. */
  readonly sourceDateEpoch?: pulumi.Input<number> | undefined;
  /** Only for squashfs: how it is made. By default zstd of level 3, and all of the tree. */
  readonly squashfs?: pulumi.Input<SquashfsOptionsArgs> | undefined;
  /**
   * Only for ext4: where everything lay in an earlier version, a copy of the file at its
   * `placementPath`. What it knows stays where it lay.
   */
  readonly lastPlacement?: pulumi.Input<GivenFileArgs> | undefined;
}

/** One partition's bytes from a tree or a part of it. */
export class Filesystem extends BootwrightResource {
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

/** Inputs of {@link DiskImage}. */
export interface DiskImageArgs {
  /** Where everything lies: `layout` of a PartitionLayout. */
  readonly layout: pulumi.Input<LayoutArgs>;
  /** What the partitions hold; a partition that is not named stays empty. */
  readonly filesystems: pulumi.Input<pulumi.Input<DiskFilesystemArgs>[]>;
  /** What lies outside the partitions: `blobs` of a Bootloader. Default: none. */
  readonly blobs?: pulumi.Input<pulumi.Input<DiskBlobArgs>[]> | undefined;
  /** Path, relative to the project, that the disk is also written to. */
  readonly exportTo?: pulumi.Input<string> | undefined;
}

/** The raw disk: partition table, filesystems and boot code. */
export class DiskImage extends BootwrightResource {
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

/** Inputs of {@link IsoImage}. */
export interface IsoImageArgs {
  /**
   * `tiny`: the initrd is the whole machine. `live`: a squashfs for live-boot (Debian).
   * `casper`: a squashfs for casper (Ubuntu). Default: `tiny`.
   */
  readonly layout?: pulumi.Input<IsoImageLayout> | undefined;
  /** The kernel: `Kernel.ref`. */
  readonly kernel: pulumi.Input<RefArgs>;
  /** The initial RAM filesystem: `Initramfs.ref`. */
  readonly initrd: pulumi.Input<RefArgs>;
  /** The root filesystem of a live system: `ref` of a Filesystem of `type: "squashfs"`. */
  readonly squashfs?: pulumi.Input<RefArgs> | undefined;
  /**
   * Packages of the live system that an installed one has no use for:
   * filesystem.manifest-desktop leaves them out. `*` stands for any part of a name. Default:
   * those of live-boot, live-config, casper and ubiquity, discover, laptop-detect and
   * os-prober.
   */
  readonly liveOnlyPackages?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** More files of the medium, such as the disk image that an installer writes. Default: none. */
  readonly files?: pulumi.Input<pulumi.Input<IsoFileArgs>[]> | undefined;
  /**
   * What the medium says that it is, in .disk/info and README.diskdefines. Default:
   * `Bootwright`.
   */
  readonly name?: pulumi.Input<string> | undefined;
  /** The volume's name. Default: `BOOTWRIGHT`. */
  readonly volumeId?: pulumi.Input<string> | undefined;
  /**
   * What GUIDs, and the mark by which the boot loader knows its own medium, are made from.
   * Default: `PROJECT/NAME` of this resource, the same in every stack.
   */
  readonly seed?: pulumi.Input<string> | undefined;
  /**
   * The boot menu, from top to bottom. By default what the layout has: to start (`tiny`), to
   * try, check and test the memory (`live`), or these and to install (`casper`).
   */
  readonly entries?: pulumi.Input<pulumi.Input<IsoMenuEntryArgs>[]> | undefined;
  /** Which entry is started without a key; 0 is the first. Default: `0`. */
  readonly defaultEntry?: pulumi.Input<number> | undefined;
  /** How long the menu waits for a key; 0 starts at once. Default: `5`. */
  readonly timeoutSeconds?: pulumi.Input<number> | undefined;
  /**
   * Consoles of the kernel; the last is /dev/console. The menu is shown on the screen and on
   * the first serial one. Default: `tty0`, `ttyS0`.
   */
  readonly consoles?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Time of the volume and its files, in seconds since 1970. Default: 2025-01-01. */
  readonly sourceDateEpoch?: pulumi.Input<number> | undefined;
  /** Path, relative to the project, that the image is also written to. */
  readonly exportTo?: pulumi.Input<string> | undefined;
}

/** A medium that starts as a CD and as a disk, by a BIOS and by UEFI. */
export class IsoImage extends BootwrightResource {
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

/** Inputs of {@link ConvertedImage}. */
export interface ConvertedImageArgs {
  /** The raw disk: `ref` of a DiskImage. */
  readonly image: pulumi.Input<RefArgs>;
  /**
   * `vhd`: fixed, a whole number of MiB, as Azure wants it. `qcow2`: for QEMU, libvirt,
   * KubeVirt and OpenStack. `vdi`: for VirtualBox. `vhdx`: dynamic, for Hyper-V. `vmdk`:
   * compressed (streamOptimized), for VMware. `gce`: the tar.gz that Google Cloud makes images
   * from, a whole number of GiB. `ova`: a machine of 1 CPU and 1 GiB with such a VMDK, for
   * VMware and VirtualBox. `zst`: the raw disk compressed with zstd, for an installer.
   */
  readonly format: pulumi.Input<ConvertedImageFormat>;
  /** Path, relative to the project, that the image is also written to. */
  readonly exportTo?: pulumi.Input<string> | undefined;
}

/** A disk image in another format. */
export class ConvertedImage extends BootwrightResource {
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

/** Inputs of {@link BootTest}. */
export interface BootTestArgs {
  /** The disk to boot: `ref` of a DiskImage or a ConvertedImage; or give `kernel`. */
  readonly image?: pulumi.Input<RefArgs> | undefined;
  /**
   * What `image` is to the machine: a disk, a CD, which nothing writes to, or a USB stick.
   * Default: `disk`.
   */
  readonly media?: pulumi.Input<BootTestMedia> | undefined;
  /** A kernel to boot without a boot loader: `Kernel.ref`. */
  readonly kernel?: pulumi.Input<RefArgs> | undefined;
  /** The initrd of `kernel`: `Initramfs.ref`. */
  readonly initrd?: pulumi.Input<RefArgs> | undefined;
  /** The command line of `kernel`; `console=ttyS0` when it is left out. */
  readonly commandLine?: pulumi.Input<string> | undefined;
  /** What the machine starts with: a BIOS, or UEFI (OVMF). Default: `bios`. */
  readonly firmware?: pulumi.Input<BootTestFirmware> | undefined;
  /**
   * Has UEFI start only what the key of this certificate (PEM) has signed: Secure Boot, with
   * the certificate as PK, KEK and db. Left out, Secure Boot is off.
   */
  readonly secureBootCertificate?: pulumi.Input<string> | undefined;
  /** Memory of the machine; more than its unpacked initramfs. Default: `1024`. */
  readonly memoryMiB?: pulumi.Input<number> | undefined;
  /** Processors of the machine. Default: `1`. */
  readonly cpus?: pulumi.Input<number> | undefined;
  /**
   * How long the machine may take, at most 12 hours; waiting for another boot test does not
   * count. Default: `600`.
   */
  readonly timeoutSeconds?: pulumi.Input<number> | undefined;
  /**
   * Keys to press, such as to choose a menu's entry: each when its text has come, one after the
   * other, and what is expected of the serial port comes after that. Default: none.
   */
  readonly keys?: pulumi.Input<pulumi.Input<BootKeysArgs>[]> | undefined;
  /**
   * Keep what the screen shows when the last expectation is met, or when the test fails, as a
   * PNG. Default: `false`.
   */
  readonly screenshot?: pulumi.Input<boolean> | undefined;
  /** What must happen; at least one expectation. */
  readonly expect: pulumi.Input<BootExpectationsArgs>;
}

/** A proof that an image boots and does what was promised. */
export class BootTest extends BootwrightResource {
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

/** Inputs of {@link ReadinessCheck}. */
export interface ReadinessCheckArgs {
  /**
   * Where the machine is to run: `azure` (Hyper-V drivers), `aws` (nvme, ena), `gce` (virtio),
   * or `generic`: only what no image may carry.
   */
  readonly target: pulumi.Input<ReadinessCheckTarget>;
  /** The tree that the machine holds: `rootfs.ref`. */
  readonly tree: pulumi.Input<RefArgs>;
  /** The initrd that it starts with: `initramfs.ref`. Default: the one beside the kernel. */
  readonly initrd?: pulumi.Input<RefArgs> | undefined;
  /** Which kernel of the tree it starts, such as `kernel.version`. Default: the newest. */
  readonly kernelVersion?: pulumi.Input<string> | undefined;
  /** The `.config` of a kernel that is not in the tree: `kernel.config`. */
  readonly kernelConfig?: pulumi.Input<RefArgs> | undefined;
  /** Arguments for the kernel, as the Bootloader gets them. Default: `rw`. */
  readonly commandLine?: pulumi.Input<string> | undefined;
  /** Consoles of the kernel, as the Bootloader gets them. Default: `tty0`, `ttyS0`. */
  readonly consoles?: pulumi.Input<pulumi.Input<string>[]> | undefined;
}

/** Whether a machine is ready for a cloud: drivers, console, network, left-over keys. */
export class ReadinessCheck extends BootwrightResource {
  /** For the `readiness` of what publishes the machine. */
  declare readonly readiness: pulumi.Output<Readiness>;
  /** What its owner should know. */
  declare readonly warnings: pulumi.Output<ReadinessFinding[]>;

  constructor(name: string, args: ReadinessCheckArgs, opts?: pulumi.CustomResourceOptions) {
    super({ type: "ReadinessCheck", outputs: ["readiness", "warnings"] }, name, args, opts);
  }
}

/** Inputs of {@link AzurePageBlob}. */
export interface AzurePageBlobArgs {
  /** The fixed VHD: `ref` of a ConvertedImage with format `vhd`. */
  readonly image: pulumi.Input<RefArgs>;
  /** `proof` of the BootTest of the very disk that the VHD shows. */
  readonly proof?: pulumi.Input<BootProofArgs> | undefined;
  /** `readiness` of a ReadinessCheck for azure, so that nothing is sent before it. */
  readonly readiness?: pulumi.Input<ReadinessArgs> | undefined;
  /**
   * Publish without a boot test. It is recorded in the outputs and in the blob's metadata.
   * Default: `false`.
   */
  readonly unproven?: pulumi.Input<boolean> | undefined;
  /** Connection string of the storage account; instead of `accountUrl`. */
  readonly connectionString?: pulumi.Input<string> | undefined;
  /**
   * Blob address of the storage account; the identity comes from the environment (az login,
   * managed identity, AZURE_CLIENT_ID ...).
   */
  readonly accountUrl?: pulumi.Input<string> | undefined;
  /** Container of the account; made if it is missing. */
  readonly container: pulumi.Input<string>;
  /** Start of the blobs' names. Default: `PROJECT/STACK/NAME` of this resource. */
  readonly prefix?: pulumi.Input<string> | undefined;
  /** How many versions are kept, this one included. Default: `2`. */
  readonly retain?: pulumi.Input<number> | undefined;
  /** How many requests are sent at a time. Default: `8`. */
  readonly concurrency?: pulumi.Input<number> | undefined;
}

/** A fixed VHD as an Azure page blob. */
export class AzurePageBlob extends BootwrightResource {
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

/** Inputs of {@link Manifest}. */
export interface ManifestArgs {
  /** What the documents call the machine. Default: `machine`. */
  readonly name?: pulumi.Input<string> | undefined;
  /** The tree that the machine holds: `rootfs.ref`. */
  readonly tree: pulumi.Input<RefArgs>;
  /** Where that tree comes from: `rootfs.origin`. */
  readonly origin: pulumi.Input<RefArgs>;
  /**
   * What is handed over: kernel, initramfs, filesystems, disks, converted images. Default:
   * none.
   */
  readonly artefacts?: pulumi.Input<pulumi.Input<ManifestArtefactArgs>[]> | undefined;
  /** `proof` of the BootTest of one of the artefacts, which the provenance then states. */
  readonly proof?: pulumi.Input<BootProofArgs> | undefined;
  /** Path, relative to the project, that the archive of the documents is written to. */
  readonly exportTo?: pulumi.Input<string> | undefined;
}

/** A record of a machine: software bill of materials, provenance and checksums. */
export class Manifest extends BootwrightResource {
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
