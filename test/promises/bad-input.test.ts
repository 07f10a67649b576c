import { afterAll, beforeAll, expect, test } from "vitest";
import { type WatchedDocker, watchDocker } from "./docker-client.ts";
import { makeProject, type Project } from "./project.ts";

const files = {
  "fails/Dockerfile":
    'FROM busybox\n# The next line fails.\nRUN for i in 1 2 3; do echo "said $i times"; done; false\n',
  "no-dockerfile/file": "",
  "bare/Dockerfile": "FROM scratch\nCOPY file /file\n",
  "bare/file": "of an image without any init\n",
  "plain/Dockerfile": "FROM busybox\nRUN echo plain > /etc/motd\n",
};

let docker: WatchedDocker;
let project: Project;

beforeAll(async () => {
  docker = await watchDocker();
  project = await makeProject("", files, { BOOTWRIGHT_DOCKER: docker.path });
});
afterAll(async () => {
  await project?.dispose();
  await docker?.dispose();
});

/** What a user sees: the lines below `Diagnostics:`, without the lines about the run itself. */
function diagnostics(message: string): string[] {
  const [, part = ""] = message.split("\nDiagnostics:\n");
  const [own = ""] = part.split(/\n\n(?:Outputs|Resources):\n/);
  return own
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "error: update failed" && !line.endsWith("):"));
}

async function preview(program: string): Promise<string[]> {
  await project.write("index.ts", program);
  return diagnostics(await project.failingPreview());
}

async function up(program: string): Promise<string[]> {
  await project.write("index.ts", program);
  return diagnostics(await project.failingUp());
}

/** A line of the engine about an input, without the value, which it does not know of nested ones. */
function problem(line: string): string {
  return line.replace(
    /^error: \S+ resource '(.*?)': property (.*?) value \{.*?\}+ has a problem: /,
    "$1 $2: ",
  );
}

test("every problem of a resource is a line with its path and reason at preview, before the engine is asked for anything", async () => {
  const seen = await preview(`import { PartitionLayout } from "bootwright";
    new PartitionLayout("layout", {
      table: "apm",
      roundToMB: 1000,
      partitions: [{ name: "boot", sizeMiB: 64 }, { name: "", filesystem: "ntfs", sizeMiB: -1 }],
    });`);
  expect(seen.map(problem)).toEqual([
    "layout roundToMB: is not an input of PartitionLayout (it has: seed, table, diskSizeMiB, roundToMiB, partitions)",
    'layout table: Invalid option: expected one of "mbr"|"gpt"',
    "layout partitions[1].name: Too small: expected string to have >=1 characters",
    "layout partitions[1].sizeMiB: Too small: expected number to be >=1",
    'layout partitions[1].filesystem: Invalid option: expected one of "ext4"|"fat12"|"fat16"|"fat32"|"squashfs"|"erofs"|"swap"',
  ]);
  expect(await docker.calls()).toEqual([]);
});

test("a mistake in the last link is refused at preview, before the first is built", async () => {
  const seen = await preview(`import { Machine } from "bootwright";
    new Machine("web", {
      source: { dockerfile: { context: "plain" } },
      bootTest: { expect: { serial: [] }, memoryMiB: 1 },
    });`);
  expect(seen.map(problem)).toEqual([
    "web-bootTest memoryMiB: Too small: expected number to be >=16",
    'web-bootTest expect: must hold at least one expectation, such as serial: ["login:"]',
  ]);
  const calls = await docker.calls();
  expect(calls.filter((call) => /^(build|create|pull)/.test(call))).toEqual([]);
  // The versions of the tools are inputs, so a preview reads them, once it has seen that containers see the store.
  for (const call of calls.filter((call) => call.startsWith("run ")))
    expect(call).toMatch(/ (cat \/etc\/bootwright-packages|cp \S+\/question \S+\/answer)$/);
});

test.each([
  ["nowhere", '"nowhere" is not a folder (looked at '],
  ["no-dockerfile", '"Dockerfile": there is no such file (looked at '],
])("a build context that does not do (%s) is refused at preview", async (context, reason) => {
  const [first = "", ...rest] = await preview(`import { Rootfs } from "bootwright";
    new Rootfs("web", { source: { dockerfile: { context: "${context}" } } });`);
  expect(problem(first)).toContain(`web source.dockerfile.context: ${reason}${project.folder}`);
  expect(rest).toEqual([]);
});

test("a failing RUN shows what it said and its line of the Dockerfile, once, and no stack trace", async () => {
  const seen = await up(`import { Rootfs } from "bootwright";
    new Rootfs("fails", { source: { dockerfile: { context: "fails" } } });`);
  expect(seen.map((line) => line.replace(/^[\d.]+ said/, "said"))).toEqual([
    'error: The image does not build: process "/bin/sh -c for i in 1 2 3; do echo \\"said $i times\\"; done; false" did not complete successfully: exit code: 1',
    '> [2/2] RUN for i in 1 2 3; do echo "said $i times"; done; false:',
    ...["said 1 times", "said 2 times", "said 3 times", "Dockerfile:3"],
    "1 |     FROM busybox",
    "2 |     # The next line fails.",
    '3 | >>> RUN for i in 1 2 3; do echo "said $i times"; done; false',
    "4 |",
  ]);
});

test("dhcp is refused for an image without systemd and busybox", async () => {
  const seen = await up(`import { Rootfs } from "bootwright";
    new Rootfs("web", { source: { dockerfile: { context: "bare" } }, network: "dhcp" });`);
  expect(seen).toEqual([
    'error: network: "dhcp" needs systemd-networkd in the image, which has none (install the package systemd in the Dockerfile)',
  ]);
});

test("a machine from an image without a kernel is refused with what to install", async () => {
  const seen = await up(`import { Machine } from "bootwright";
    new Machine("web", { source: { dockerfile: { context: "plain" } } });`);
  // Kernel and initrd are looked for at the same time.
  expect(seen.map((line) => problem(line).replace("web-initramfs", "web-kernel"))).toEqual([
    "web-kernel kernels: the image has no kernel in /boot (install one in the Dockerfile: linux-image-amd64 in Debian, linux-image-generic in Ubuntu, linux-lts in Alpine)",
  ]);
});

const loader = `import { Bootloader } from "bootwright";
  const ref = { kind: "file", digest: "sha256:" + "0".repeat(64), recipe: "" };
  const kernel = { ref, path: "/boot/vmlinuz" };
  new Bootloader("loader", { rootUuid: "00000000-0000-8000-8000-000000000000", kernel });`;

test("a runner that is none is refused once, at preview", async () => {
  await project.write("index.ts", loader);
  const elsewhere = await project.checkoutElsewhere({ env: { BOOTWRIGHT_RUNNER: "vm" } });
  const seen = diagnostics(await elsewhere.failingPreview());
  expect(seen.map(problem)).toEqual([
    'loader BOOTWRIGHT_RUNNER: must be "container" or "host", not "vm"',
  ]);
});

test("an engine that is not there is said once, with the ways out", async () => {
  await project.write("index.ts", loader);
  const env = { BOOTWRIGHT_DOCKER: "/nowhere/docker" };
  const elsewhere = await project.checkoutElsewhere({ env });
  expect(diagnostics(await elsewhere.failingUp())).toEqual([
    "error: /nowhere/docker is needed to run tools in a container but was not found",
    "(apt-get install docker.io docker-cli, or BOOTWRIGHT_RUNNER=host to use this machine's own tools)",
  ]);
});
