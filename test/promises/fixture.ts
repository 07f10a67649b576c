/** A kernel that boots, and a busybox: small enough to rebuild often. The first lines are those of examples/debian-server, so the builder has them. */
export const smallDockerfile = `FROM debian:12 AS kernel
ARG DEBIAN_FRONTEND="noninteractive"
RUN apt update
RUN apt -y install linux-image-amd64 firmware-linux-free console-setup-linux
FROM busybox
COPY --from=kernel /boot /boot
COPY site/ /srv/
`;

/** The usual chain, shown to boot as far as the kernel, and published. */
export const machineProgram = `import * as pulumi from "@pulumi/pulumi";
import { Machine } from "bootwright";
const config = new pulumi.Config();
const connectionString = process.env.TEST_AZURE;
const web = new Machine("web", {
  source: { dockerfile: { context: "." } },
  commandLine: process.env.TEST_COMMAND_LINE ?? "rw",
  bootTest: { expect: { serial: ["Linux version"] } },
  ...(connectionString ? { azure: { connectionString, container: "images" } } : {}),
});
export const rootfs = web.rootfs.ref.digest;
export const disk = web.disk.ref.digest;
export const path = web.disk.path;
`;

/** An image with the names of a kernel and an initrd in it, for whatever does not boot. */
export const tinyFiles: Readonly<Record<string, string>> = {
  Dockerfile: "FROM busybox\nCOPY boot/ /boot/\nCOPY site/ /srv/\n",
  "boot/vmlinuz-1.0": "no kernel",
  "boot/initrd.img-1.0": "no initrd",
  "site/index.html": "one",
};

/** The usual chain up to the disk. */
export const diskProgram = `import { Machine } from "bootwright";
const { rootfs, filesystem, disk } = new Machine("web", {
  source: { dockerfile: { context: "." } },
  commandLine: process.env.TEST_COMMAND_LINE ?? "rw",
  diskSizeMiB: 192,
});
export const tree = rootfs.ref.digest;
export const ext4 = filesystem.ref.digest;
export const diskDigest = disk.ref.digest;
export const path = disk.path;
`;
