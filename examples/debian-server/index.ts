import * as pulumi from "@pulumi/pulumi";
import { Machine } from "bootwright";

const connectionString = new pulumi.Config().getSecret("azureConnectionString");

const web = new Machine("web", {
  source: { dockerfile: { context: import.meta.dirname } },
  hostname: "web",
  network: "dhcp",
  bootTest: {
    expect: {
      serial: ["login:"],
      http: [{ port: 80, path: "/", status: 200, body: "Built from a Dockerfile" }],
    },
  },
  // Without an account there is nothing to upload to: `pulumi config set --secret azureConnectionString …`
  ...(connectionString ? { azure: { connectionString, container: "images" } } : {}),
});

export const operatingSystem = web.rootfs.osRelease.prettyName;
export const entries = web.rootfs.entries;
export const diskBytes = web.disk.sizeBytes;
export const disk = web.disk.path;
export const bootedInSeconds = web.bootTest?.seconds;
export const vhd = web.blob?.blobUri;
export const bytesSent = web.blob?.bytesSent;
