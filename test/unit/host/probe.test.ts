import { expect, test } from "vitest";
import { parseEngine } from "../../../provider/host/engine.ts";
import { explain } from "../../../provider/host/probe.ts";

const facts = {
  engine: parseEngine('{"Name":"box","DockerRootDir":"/var/lib/docker"}'),
  clientPath: "/usr/bin/docker",
  storeRoot: "/home/me/.cache/bootwright",
  said: "bind source path does not exist",
  env: {},
};

test.each([
  ["another machine", { env: { DOCKER_HOST: "ssh://build@far" } }],
  ["snap", { clientPath: "/snap/docker/current/bin/docker" }],
  ["snap", { engine: parseEngine('{"DockerRootDir":"/var/snap/docker/common/var-lib-docker"}') }],
  ["colima shares the home folder read-only", { engine: parseEngine('{"Name":"colima"}') }],
  ["lima-default shares", { engine: parseEngine('{"Name":"lima-default"}') }],
  ["chmod o+rx /home/me/.cache/bootwright", { said: "cp: cannot stat: Permission denied" }],
  ["does not share it", {}],
  ["does not share it", { env: { DOCKER_HOST: "unix:///run/user/1000/docker.sock" } }],
])("a store out of reach is explained: %s", (reason, change) => {
  expect(explain({ ...facts, ...change })).toContain(reason);
});
