import type { Context } from "../resource.ts";
import { systemdService } from "../service/systemd-service.ts";
import { findInit } from "../tree/init.ts";
import { type Added, type Image, runningProcess } from "./process-files.ts";
import type { RootfsInputs } from "./rootfs-schema.ts";

/** The units that run the image's process where that is wished. */
export async function systemdFiles(plan: RootfsInputs, image: Image, ctx: Context): Promise<Added> {
  if (!plan.service) return { files: [], problems: [] };
  const init = findInit(image.tree);
  if (init?.kind !== "systemd") {
    const reason = init
      ? `the image's init, /${init.path}, is neither systemd nor busybox's, which are the two that can start its process here`
      : "the image has no init that could start its process (install: { init: true } adds systemd in Debian and Ubuntu)";
    return { files: [], problems: [{ property: "service", reason }] };
  }
  const running = await runningProcess(plan, image, systemdService, ctx);
  return "problems" in running
    ? { files: [], problems: running.problems }
    : { files: [...running.folder, ...running.way.files], problems: [] };
}
