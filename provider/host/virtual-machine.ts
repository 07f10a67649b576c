import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { BootError } from "../errors.ts";
import type { BootJob, Met } from "./boot-job.ts";
import { failedTool, missingTool } from "./failure.ts";
import { monitorOf, monitorSocket } from "./monitor.ts";
import { portChecks } from "./port-checks.ts";
import { forwardPorts } from "./ports.ts";
import { qemuArguments } from "./qemu.ts";
import type { Runner } from "./tool.ts";
import { watchMachine } from "./watch-machine.ts";

const progressMs = 1000;
/** How long a machine that failed may take to show its screen. */
const lastScreenMs = 10_000;

/** Boots a machine and waits until it has done what it must; leaves nothing running. Fails with a BootError. */
export async function boot(runner: Runner, job: BootJob): Promise<Met[]> {
  const checks = portChecks(job.expect);
  const forwards = await forwardPorts(
    runner.kind,
    checks.map((check) => check.guestPort),
  );
  const monitored = job.keys.length > 0 || job.screenFile !== undefined;
  const step = {
    tool: "qemu-system-x86_64",
    args: qemuArguments({
      ...{ ...job.machine, forwards },
      ...(monitored && { monitor: monitorSocket }),
    }),
    purpose: "to boot the machine",
    writes: job.folder,
    package: "qemu-system-x86",
  };
  const running = await runner.start(step, { signal: job.signal });
  const log = createWriteStream(job.logFile);
  // A log that is written slower than the machine talks slows the machine down.
  running.stdout.pipe(log);
  const neverBegan = (exitCode: number, lastLines: readonly string[]) =>
    exitCode === 127
      ? missingTool(step, runner.kind)
      : failedTool(step, { exitCode, lastLines }, runner.kind);
  const monitor = monitorOf(running, job.folder);
  const watch = watchMachine(running, { job, log, neverBegan, press: monitor.press });
  const ticker = setInterval(() => job.progress(watch.inWords()), progressMs);
  try {
    await watch.serialMet();
    for (const check of checks) {
      const port = forwards.find((f) => f.guestPort === check.guestPort)?.port ?? 0;
      await watch.passes(check, port);
    }
    if (job.screenFile) await watch.inTime(monitor.screenshot(job.screenFile));
    return watch.met;
  } catch (error) {
    if (job.screenFile && error instanceof BootError)
      await Promise.race([monitor.screenshot(job.screenFile), delay(lastScreenMs)]).catch(() => {});
    throw error;
  } finally {
    clearInterval(ticker);
    watch.dispose();
    await monitor.close();
    await running.stop();
    await finished(log);
  }
}
