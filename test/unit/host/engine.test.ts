import { expect, test } from "vitest";
import { containerUser, parseEngine } from "../../../provider/host/engine.ts";

const docker = (options: string[], more: object = {}) =>
  JSON.stringify({
    Name: "builder",
    DockerRootDir: "/var/lib/docker",
    SecurityOptions: options,
    ...more,
  });
const podman = (security: object) =>
  JSON.stringify({
    host: { hostname: "builder", security },
    store: { graphRoot: "/var/lib/containers/storage" },
  });
const user = { uid: 1000, gid: 100 };
const root = { uid: 0, gid: 0 };
const nobody = { uid: 65534, gid: 65534 };

test.each([
  {
    claim: "an engine of root runs a step as the caller",
    info: docker(["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns"]),
    caller: user,
    expected: { flags: ["--user", "1000:100"] },
  },
  {
    claim: "a caller who is root becomes nobody, who gets the stage",
    info: docker(["name=seccomp,profile=builtin"]),
    caller: root,
    expected: { flags: ["--user", "65534:65534"], stageOwner: nobody },
  },
  {
    claim: "in a rootless engine root is the caller",
    info: docker(["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"]),
    caller: user,
    expected: { flags: ["--user", "0:0"] },
  },
  {
    claim:
      "an engine that maps users is told not to, as the caller's number means nothing otherwise",
    info: docker(["name=userns"]),
    caller: user,
    expected: { flags: ["--user", "1000:100", "--userns", "host"] },
  },
  {
    claim: "an engine that maps users runs nobody for root",
    info: docker(["name=userns"]),
    caller: root,
    expected: { flags: ["--user", "65534:65534", "--userns", "host"], stageOwner: nobody },
  },
  {
    claim: "under SELinux the store is not relabelled",
    info: docker(["name=selinux"]),
    caller: user,
    expected: { flags: ["--user", "1000:100", "--security-opt", "label=disable"] },
  },
  {
    claim: "in rootless Podman root is the caller",
    info: podman({ rootless: true, selinuxEnabled: true }),
    caller: user,
    expected: { flags: ["--user", "0:0", "--security-opt", "label=disable"] },
  },
  {
    claim: "Podman of root runs nobody",
    info: podman({ rootless: false }),
    caller: root,
    expected: { flags: ["--user", "65534:65534"], stageOwner: nobody },
  },
  {
    claim: "an engine that says nothing of its security is taken for a plain one",
    info: "{}",
    caller: user,
    expected: { flags: ["--user", "1000:100"] },
  },
])("$claim", ({ info, caller, expected }) => {
  expect(containerUser(parseEngine(info), caller)).toEqual(expected);
});

test("an engine that does not answer is told with what the client says and the way out", () => {
  const info = '{"ServerErrors":["Cannot connect to the Docker daemon at tcp://127.0.0.1:1."]}';
  expect(() => parseEngine(info)).toThrow(
    /^No Docker engine answers: Cannot connect .*\n\(.*BOOTWRIGHT_RUNNER=host/,
  );
});

test.each([
  ["a greeting", "Emulate Docker CLI using podman.\n", "Emulate Docker CLI using podman."],
  ["nothing", "", ""],
  ["no object", "null\n", "null"],
])("an engine of which the client says %s is told with it", (_, info, said) => {
  expect(() => parseEngine(info)).toThrow(
    `The docker client says nothing of its engine but "${said}"\n(is it a docker client?`,
  );
});
