/** Where a machine is to run. */
export const targetNames = ["azure", "aws", "gce", "generic"] as const;
export type TargetName = (typeof targetNames)[number];

/** A driver that the virtual hardware of a cloud needs. */
export interface Driver {
  /** Name of the module, with underscores. */
  readonly module: string;
  /** Option of the kernel's configuration that builds it. */
  readonly option: string;
  /** `disk`: without it the root filesystem is not found, so that a module has to be in the initrd. */
  readonly use: "disk" | "network";
}

/** A program that tells the cloud that a machine has started, and takes its first login from it. */
export interface Agent {
  readonly name: string;
  /** Paths of which one is there where it is installed. */
  readonly paths: readonly string[];
}

/** What a cloud expects of an image. */
export interface Target {
  readonly title: string;
  readonly drivers: readonly Driver[];
  readonly agents: readonly Agent[];
  /** What happens without an agent, and without cloud-init, which serves every cloud. */
  readonly withoutAgent: string;
}

/** What the disks of SCSI are read with, whatever they hang on. */
const scsiDisk = { module: "sd_mod", option: "BLK_DEV_SD", use: "disk" } as const;

/**
 * By learn.microsoft.com/azure/virtual-machines/linux/create-upload-generic, docs.aws.amazon.com/AWSEC2/latest/UserGuide/making-hvm-images
 * and cloud.google.com/compute/docs/images/building-custom-os.
 */
export const targets: Readonly<Record<TargetName, Target>> = {
  azure: {
    title: "Azure",
    drivers: [
      { module: "hv_vmbus", option: "HYPERV", use: "disk" },
      { module: "hv_storvsc", option: "HYPERV_STORAGE", use: "disk" },
      scsiDisk,
      { module: "hv_netvsc", option: "HYPERV_NET", use: "network" },
    ],
    agents: [{ name: "waagent", paths: ["usr/sbin/waagent", "usr/bin/waagent"] }],
    withoutAgent:
      "Azure waits for its report and then takes the machine for failed, unless the image is registered as specialized",
  },
  aws: {
    title: "AWS",
    drivers: [
      { module: "nvme", option: "BLK_DEV_NVME", use: "disk" },
      { module: "ena", option: "ENA_ETHERNET", use: "network" },
    ],
    agents: [],
    withoutAgent: "nothing takes the key pair and the user data of an instance",
  },
  gce: {
    title: "Google Cloud",
    drivers: [
      { module: "virtio_pci", option: "VIRTIO_PCI", use: "disk" },
      { module: "virtio_scsi", option: "SCSI_VIRTIO", use: "disk" },
      scsiDisk,
      { module: "virtio_net", option: "VIRTIO_NET", use: "network" },
    ],
    agents: [{ name: "google-guest-agent", paths: ["usr/bin/google_guest_agent"] }],
    withoutAgent: "nothing takes the SSH keys of the project",
  },
  generic: { title: "any machine", drivers: [], agents: [], withoutAgent: "" },
};
