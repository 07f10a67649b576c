import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { engineSocketPath } from "../containers.ts";
import { errorsOf } from "./diagnostics.ts";
import { engineSocket } from "./engine-socket.ts";
import { survivor } from "./fixture.ts";
import { stillRunning, storeProblems } from "./remains.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-engine-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fix = (host: string) =>
  `(start it, or correct DOCKER_HOST=${host}, and run pulumi up again; what was finished is kept)`;

test("a socket that no engine answers at is one error with the fix, and nothing is made", async () => {
  const host = `unix://${folder}/nobody.sock`;
  const project = await survivor({ DOCKER_HOST: host });
  expect(errorsOf(await project.failingUp())).toEqual({
    "web-rootfs": `error: The Docker engine does not answer: The image does not build: Cannot connect to the Docker daemon at ${host}. Is the docker daemon running?\n${fix(host)}`,
  });
  await project.dispose();
});

test.each([
  ["the image is built", "/session", "", "web-rootfs"],
  ["a tool runs", "/start", "syslinux", "web-bootloader"],
  ["the machine boots", "/start", "qemu-system-x86_64", "web-bootTest"],
])(
  "an engine that goes away while %s is one error with the fix, and once it is back the next up succeeds and leaves nothing",
  async (_, request, tool, resource) => {
    let seenTool = tool === "";
    let wentAway = false;
    const path = join(folder, `${resource}.sock`);
    const socket = engineSocket(path, await engineSocketPath(), (sent, own) => {
      seenTool ||= sent.includes(`"${tool}"`);
      if (wentAway || !seenTool || !sent.includes(request)) return;
      wentAway = true;
      void own.stop();
    });
    await socket.start();
    const project = await survivor(
      { DOCKER_HOST: socket.host },
      { boots: tool.startsWith("qemu-system") },
    );
    const seen = errorsOf(await project.failingUp());
    expect(seen[resource]).toMatch(/^error: The Docker engine does not answer: .*\n/);
    // What ran beside it failed for the same reason.
    for (const text of Object.values(seen)) expect(text.endsWith(fix(socket.host))).toBe(true);
    expect(await storeProblems(project.store)).toEqual([]);
    await socket.start();
    const { operations } = await project.up();
    expect(operations[resource]).toBe("create");
    expect(await stillRunning(project.store)).toEqual([]);
    await socket.stop();
    await project.dispose();
  },
);
