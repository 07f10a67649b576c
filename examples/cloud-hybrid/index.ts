import * as pulumi from "@pulumi/pulumi";
import {
  AzurePageBlob,
  Bootloader,
  BootTest,
  ConvertedImage,
  DiskImage,
  Filesystem,
  Initramfs,
  Kernel,
  PartitionLayout,
  ReadinessCheck,
  Rootfs,
} from "bootwright";

const consoles = ["tty0", "ttyS0,115200"];

const rootfs = new Rootfs("rootfs", {
  source: { dockerfile: { context: import.meta.dirname } },
  hostname: "cloud",
  network: "dhcp",
});
const kernel = new Kernel("kernel", { kernels: rootfs.kernels });
const initramfs = new Initramfs("initramfs", { kernels: rootfs.kernels });

// The core of GRUB for a BIOS, an ESP for UEFI, and the root last: it grows to the size of the disk.
const layout = new PartitionLayout("layout", {
  table: "gpt",
  partitions: [
    { name: "core", type: "bios-boot", sizeMiB: 1 },
    { name: "esp", type: "esp", sizeMiB: 64 },
    { name: "root", type: "linux-root-x86-64", mountPoint: "/", sizing: rootfs.sizing },
  ],
});
const { partitions } = layout.layout;
const root = partitions[2]!;
const loader = new Bootloader("loader", {
  ...{ type: "grub-hybrid", layout: layout.layout, rootUuid: root.uuid, consoles },
  kernel: { ref: kernel.ref, path: kernel.path },
  initrd: { ref: initramfs.ref, path: initramfs.path },
});

// Each cloud looks at the machine before anything of it is booted, converted or sent.
const checks = (["azure", "aws", "gce"] as const).map(
  (target) =>
    new ReadinessCheck(`ready-for-${target}`, {
      ...{ target, tree: rootfs.ref, consoles },
      ...{ initrd: initramfs.ref, kernelVersion: kernel.version },
    }),
);
const disk = new DiskImage(
  "disk",
  {
    ...{ layout: layout.layout, blobs: loader.blobs },
    filesystems: [
      {
        partition: "esp",
        content: new Filesystem("esp", {
          ...{ type: "fat32", partition: partitions[1]!, installs: loader.installs },
        }).ref,
      },
      {
        partition: "root",
        content: new Filesystem("root", {
          ...{ tree: rootfs.ref, partition: root, mounts: partitions, installs: loader.installs },
        }).ref,
      },
    ],
  },
  { dependsOn: checks },
);

// Nothing here is a cloud, so cloud-init ends with the source "None"; that sshd answers shows the network and new host keys.
const bootsBy = (firmware: "bios" | "uefi") =>
  new BootTest(`boots-by-${firmware}`, {
    ...{ image: disk.ref, firmware, timeoutSeconds: 1800 },
    expect: {
      serial: ["cloud login:", "Datasource DataSourceNone"],
      tcp: [{ port: 22, expect: "SSH-2.0-OpenSSH" }],
    },
  });
const bios = bootsBy("bios");
const uefi = bootsBy("uefi");

// The same disk for everybody: Azure takes one VHD for both of its generations, AWS the raw disk.
const vhd = new ConvertedImage("vhd", { image: disk.ref, format: "vhd" });
const qcow2 = new ConvertedImage("qcow2", { image: disk.ref, format: "qcow2" });
const gce = new ConvertedImage("gce", { image: disk.ref, format: "gce" });

// Without an account there is nothing to upload to: `pulumi config set --secret azureConnectionString …`
const connectionString = new pulumi.Config().getSecret("azureConnectionString");
const blob =
  connectionString &&
  new AzurePageBlob(
    "blob",
    {
      ...{ image: vhd.ref, connectionString, container: "images" },
      ...{ proof: uefi.proof, readiness: checks[0]!.readiness },
    },
    { dependsOn: bios },
  );

/** For `aws ec2 register-image`, by the EBS direct APIs. */
export const rawPath = disk.path;
/** For Azure's images of generation 1 and of generation 2. */
export const vhdUri = blob?.blobUri ?? "not published: no azureConnectionString is set";
/** For `gcloud compute images create --source-uri`. */
export const gcePath = gce.path;
/** For QEMU, libvirt, KubeVirt and OpenStack. */
export const qcow2Path = qcow2.path;
export const bootedInSeconds = { bios: bios.seconds, uefi: uefi.seconds };
