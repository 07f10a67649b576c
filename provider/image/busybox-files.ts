import { programFiles } from "../cpio/tree-init.ts";
import { findPrograms } from "../init/programs.ts";
import type { Context } from "../resource.ts";
import { busyboxMachine } from "../service/busybox-machine.ts";
import { busyboxService } from "../service/busybox-service.ts";
import { findInit } from "../tree/init.ts";
import { findEntry, readTreeFile } from "../tree/read-file.ts";
import { type Added, type Image, runningProcess } from "./process-files.ts";
import type { RootfsInputs } from "./rootfs-schema.ts";

/** What makes an image with busybox's init a machine, where it is to run its process or to ask for an address. */
export async function busyboxFiles(plan: RootfsInputs, image: Image, ctx: Context): Promise<Added> {
  const { tree, config } = image;
  const dhcp = plan.network === "dhcp";
  if (!plan.service && !dhcp) return { files: [], problems: [] };
  const has = (path: string) => findEntry(tree, path) !== undefined;
  const layer = (digest: string) => ctx.store.path("layer", digest);
  const programs = findPrograms(await programFiles(tree, layer));
  if (dhcp && !(programs.call("udhcpc") && programs.call("ip"))) {
    const reason = '"dhcp" needs udhcpc and ip in the image\'s busybox, which lacks them';
    return { files: [], problems: [{ property: "network", reason }] };
  }
  const inittab = (await readTreeFile(tree, "etc/inittab", layer))?.toString();
  const about = { has, inittab, init: findInit(tree)?.path ?? "bin/init", programs };
  if (!plan.service) return { files: busyboxMachine({ ...nothing, dhcp }, about), problems: [] };
  const running = await runningProcess(
    plan,
    image,
    (process) => busyboxService(process, config, programs),
    ctx,
  );
  if ("problems" in running) return { files: [], problems: running.problems };
  if (config.healthcheck.length > 0)
    ctx.log.info("The image's HEALTHCHECK is not run: busybox's init has nobody to tell of it");
  const files = busyboxMachine({ ...running.way, dhcp }, about);
  return { files: [...running.folder, ...files], problems: [] };
}

const nothing = { lines: [], shutdownLines: [], files: [] };
