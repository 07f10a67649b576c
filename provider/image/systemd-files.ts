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
    const what = init ? `the image's init, /${init.path}, is not` : "the image has no init:";
    const reason = `${what} systemd or busybox's, which could start its process (install: { init: true } adds systemd where there is none)`;
    return { files: [], problems: [{ property: "service", reason }] };
  }
  const running = await runningProcess(plan, image, systemdService, ctx);
  return "problems" in running
    ? { files: [], problems: running.problems }
    : { files: [...running.folder, ...running.way.files], problems: [] };
}
