import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { makeFaceProject } from "./plugin-project.ts";
import { startPulumi, upArguments } from "./survives/pulumi.ts";
import { stillRunning, storeProblems } from "./survives/remains.ts";

const stepSeconds = 617;
const slow = { Dockerfile: `FROM busybox\nRUN sleep ${stepSeconds}\n` };
const quick = "FROM busybox\nRUN echo quick > /etc/motd\n";
const program = `import { Rootfs } from "./face.ts";
const web = new Rootfs("web", { source: { dockerfile: { context: "." } } });
new Rootfs("next", { source: { dockerfile: { context: "." } }, hostname: web.ref.digest.apply(() => "next") });
`;

function processes(wanted: (pid: number) => boolean): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger).filter(wanted);
}

/** The step of the build that takes so long. */
function sleeping(): number[] {
  return processes((pid) => read(pid, "cmdline") === `sleep\0${stepSeconds}\0`);
}

/** Processes of the plugin that serve the store. */
function pluginsOf(store: string): number[] {
  return processes(
    (pid) => read(pid, "cmdline").includes("plugin-main") && read(pid, "environ").includes(store),
  );
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

interface Deployment {
  readonly deployment: { readonly pending_operations?: readonly unknown[] };
}

test("one Ctrl-C ends a build that runs, leaves no pending operation and nothing running, and the next up succeeds", async () => {
  const project = await makeFaceProject("plugin", program, slow);
  try {
    const running = startPulumi(project, upArguments);
    await expect.poll(sleeping, { timeout: 120_000 }).not.toEqual([]);
    const pressed = performance.now();
    process.kill(-running.pid, "SIGINT");
    const { exitCode, output } = await running.ended;
    const seconds = (performance.now() - pressed) / 1000;
    expect(exitCode).not.toBe(0);
    // The figure is printed: what it may be depends on the machine, but not that it is over before the step would have been.
    console.info(`Stopped ${seconds.toFixed(1)} s after Ctrl-C; the step takes ${stepSeconds} s`);
    expect(seconds).toBeLessThan(stepSeconds);
    expect(output).toContain("Stopped by the user");
    const { deployment } = JSON.parse(await project.state()) as Deployment;
    expect(deployment.pending_operations ?? []).toEqual([]);
    expect(await stillRunning(project.store)).toEqual([]);
    expect(pluginsOf(project.store)).toEqual([]);
    await expect.poll(sleeping, { timeout: 60_000 }).toEqual([]);
    expect(await storeProblems(project.store)).toEqual([]);
    await project.write("Dockerfile", quick);
    await project.up();
  } finally {
    await project.dispose();
  }
});

test("customTimeouts end a build that takes longer", async () => {
  const limited = program.replace("} } });", '} } }, { customTimeouts: { create: "2s" } });');
  const project = await makeFaceProject("plugin", limited, slow);
  try {
    expect(await project.failingUp()).toContain("Stopped after 2 s (customTimeouts.create)");
    await expect.poll(sleeping, { timeout: 60_000 }).toEqual([]);
  } finally {
    await project.dispose();
  }
});

test("a plugin whose engine was killed ends", async () => {
  const project = await makeFaceProject("plugin", program, slow);
  try {
    const running = startPulumi(project, upArguments);
    await expect.poll(sleeping, { timeout: 120_000 }).not.toEqual([]);
    const plugins = pluginsOf(project.store);
    expect(plugins).not.toEqual([]);
    process.kill(running.pid, "SIGKILL");
    await running.ended;
    await expect.poll(() => plugins.filter(isRunning), { timeout: 60_000 }).toEqual([]);
    await expect.poll(sleeping, { timeout: 60_000 }).toEqual([]);
  } finally {
    await project.dispose();
  }
});
