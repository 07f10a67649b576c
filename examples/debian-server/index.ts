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

/** What was built. */
export const built = pulumi.interpolate`${web.rootfs.osRelease.prettyName}, ${web.rootfs.entries} paths, ${web.disk.sizeBytes} bytes of disk`;
/** When it had done all that was expected, counted from power-on. */
export const bootedInSeconds = web.bootTest?.seconds;
/** Where the raw disk is. */
export const disk = web.disk.path;
/** Where the fixed VHD is, for azure-native's Image. */
export const vhd = web.blob?.blobUri ?? "not published: no azureConnectionString is set";
/** What the last upload sent. */
export const bytesSent = web.blob?.bytesSent ?? 0;
