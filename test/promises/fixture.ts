import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";

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

/** Azurite on a free port of loopback, with a folder of its own. */
export async function startAzurite(): Promise<{ connectionString: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-azurite-"));
  const port = await freePort();
  const script = join(import.meta.dirname, "../../node_modules/azurite/dist/src/blob/main.js");
  const options = ["--blobHost", "127.0.0.1", "--blobPort", `${port}`, "--location", folder];
  const child = execa(
    process.execPath,
    [script, ...options, "--silent", "--disableTelemetry", "--skipApiVersionCheck"],
    {
      reject: false,
    },
  );
  const url = `http://127.0.0.1:${port}/devstoreaccount1`;
  while (
    !(await fetch(url).then(
      () => true,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`Azurite ended: ${(await child).stderr}`);
    await delay(100);
  }
  // The account and key that every Azurite has (learn.microsoft.com/azure/storage/common/storage-use-azurite).
  const key =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${key};BlobEndpoint=${url};`,
    async stop() {
      child.kill("SIGTERM");
      await child;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

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
