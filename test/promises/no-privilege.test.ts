import { realpath } from "node:fs/promises";
import { isAbsolute, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type InspectedContainer, inspectDuring } from "./containers.ts";
import { type WatchedDocker, watchDocker } from "./docker-client.ts";
import { smallDockerfile } from "./fixture.ts";
import { makeProject, type Project } from "./project.ts";

/** Every step that there is: boot loader, conversion and a machine that boots. What is on its disk does not matter here. */
const program = `import { BootTest, ConvertedImage, Machine } from "bootwright";
const { disk } = new Machine("web", {
  source: { dockerfile: { context: "." } },
  diskSizeMiB: 192,
  bootTest: { expect: { serial: ["Linux version"] } },
});
new ConvertedImage("qcow2", { image: disk.ref, format: "qcow2" });
`;

let docker: WatchedDocker;
let project: Project;
let store: string;
let created: string[];
let containers: readonly InspectedContainer[];
let calls: string[];

beforeAll(async () => {
  docker = await watchDocker();
  const files = { Dockerfile: smallDockerfile, "site/index.html": "one" };
  project = await makeProject(program, files, { BOOTWRIGHT_DOCKER: docker.path });
  const watched = await inspectDuring(project.store, () => project.up());
  [created, containers] = [watched.created, watched.inspected];
  calls = await docker.calls();
  store = await realpath(project.store);
});
afterAll(async () => {
  await project?.dispose();
  await docker?.dispose();
});

/** What each container ran: `timeout --kill-after=… SECONDS tool arguments`. */
const tools = () => containers.map(({ Args }) => String(Args[2]));

test("no container of a whole up was missed", () => {
  expect(containers.map(({ Id }) => Id)).toEqual(created);
  expect(calls.filter((call) => /^(container )?(run|create) /.test(call))).toHaveLength(
    created.length,
  );
  for (const tool of ["syslinux", "qemu-img", "qemu-system-x86_64"])
    expect(tools()).toContain(tool);
});

test("every step runs without capabilities, devices, network or a way to gain any, on a root that it cannot write to", () => {
  for (const { HostConfig } of containers)
    expect(HostConfig).toMatchObject({
      Privileged: false,
      CapAdd: null,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      NetworkMode: "none",
      ReadonlyRootfs: true,
      Devices: [],
      DeviceRequests: null,
      DeviceCgroupRules: null,
      GroupAdd: null,
      VolumesFrom: null,
      Links: null,
      PortBindings: {},
    });
});

test("no step shares a namespace with the host", () => {
  for (const { HostConfig } of containers) {
    const { PidMode, IpcMode, UTSMode, UsernsMode, CgroupnsMode } = HostConfig;
    expect({ PidMode, IpcMode, UTSMode, UsernsMode, CgroupnsMode }).toEqual({
      ...{ PidMode: "", IpcMode: "private", UTSMode: "", UsernsMode: "", CgroupnsMode: "private" },
    });
  }
});

test("no step is root", () => {
  for (const { Config } of containers) expect(Config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
});

test("a step sees the store read-only and at most one folder of it that it may write to, and nothing else of the host", () => {
  for (const { Mounts } of containers) {
    for (const { Type, Source } of Mounts) {
      expect(Type).toBe("bind");
      const inside = relative(store, Source);
      expect(isAbsolute(inside) || inside.startsWith("..")).toBe(false);
    }
    expect(Mounts.filter(({ RW }) => !RW).map(({ Source }) => Source)).toEqual([store]);
    const writable = Mounts.filter(({ RW }) => RW).map(({ Source }) => relative(store, Source));
    expect(writable.length).toBeLessThanOrEqual(1);
    for (const folder of writable) expect(folder).toMatch(/^(stages\/|probe-)[^/]+$/);
  }
});

test("the image is built without entitlements, and nothing else is asked of the engine with privilege", () => {
  const builds = calls.filter((call) => call.startsWith("buildx build "));
  expect(builds).toHaveLength(1);
  expect(builds[0]).not.toMatch(/--(allow|privileged|network|security|device|cgroup|add-host)/);
  for (const call of calls)
    expect(call).not.toMatch(/--privileged|--cap-add|--device|insecure|=host|docker\.sock/);
});
