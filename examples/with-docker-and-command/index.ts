import { local } from "@pulumi/command";
import * as docker from "@pulumi/docker";
import { Machine } from "bootwright";

/** The image comes from @pulumi/docker, which may build, tag and push it as the rest of a stack needs. */
export const image = new docker.Image("web", {
  imageName: "bootwright-example/web:latest",
  build: { context: "../debian-server", platform: "linux/amd64" },
  skipPush: true,
});

export const web = new Machine("web", {
  source: { image: image.repoDigest.apply((digest) => digest || "bootwright-example/web:latest") },
  network: "dhcp",
  bootTest: { expect: { serial: ["login:"] } },
});

/** A check of one's own, run whenever the disk's content changes and at no other time. */
export const check = new local.Command("check", {
  create: "./check-disk",
  environment: { DISK: web.disk.path },
  triggers: [web.disk.ref.digest],
});
