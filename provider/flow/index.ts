import type { Resource } from "../resource.ts";
import { Initramfs } from "./collect/initramfs.ts";
import { Kernel } from "./collect/kernel.ts";
import { Rootfs } from "./collect/rootfs.ts";
import { TreeFile } from "./collect/tree-file.ts";
import { Bootloader } from "./compose/bootloader.ts";
import { ConvertedImage } from "./compose/converted-image.ts";
import { DiskImage } from "./compose/disk-image.ts";
import { Filesystem } from "./compose/filesystem.ts";
import { IsoImage } from "./compose/iso-image.ts";
import { PartitionLayout } from "./compose/partition-layout.ts";
import { BootTest } from "./prove/boot-test.ts";
import { ReadinessCheck } from "./prove/readiness-check.ts";
import { AzurePageBlob } from "./publish/azure-page-blob.ts";
import { manifestOf } from "./publish/manifest.ts";

/** What makes artefacts, in the order of the flow. */
const makers = [
  Rootfs,
  Kernel,
  Initramfs,
  PartitionLayout,
  Bootloader,
  Filesystem,
  DiskImage,
  IsoImage,
  ConvertedImage,
] as unknown as readonly Resource[];

/** Every resource, in the order of the flow: collect, compose, prove, publish. The only list of them. */
export const resources: readonly Resource[] = [
  ...makers,
  ...([
    BootTest,
    ReadinessCheck,
    AzurePageBlob,
    manifestOf(makers),
  ] as unknown as readonly Resource[]),
];

/** Steps that only recipes name. */
const internalSteps = [TreeFile] as unknown as readonly Resource[];

/** The resource of that name, if there is one. */
export function findResource(name: string): Resource | undefined {
  return resources.find((resource) => resource.name === name);
}

/** The resource or internal step that a recipe names. */
export function findStep(name: string): Resource | undefined {
  return [...resources, ...internalSteps].find((step) => step.name === name);
}
