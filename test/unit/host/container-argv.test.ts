import { expect, test } from "vitest";
import { execArguments, runArguments } from "../../../provider/host/container-argv.ts";

const frame = {
  name: "bootwright-1",
  image: "sha256:abc",
  storeRoot: "/srv/store",
  userFlags: ["--user", "1000:100"],
  labels: { "org.bootwright.step": "0123" },
  lifetimeSeconds: 60,
};
const step = {
  tool: "qemu-img",
  args: ["create", "a b", "$x"],
  purpose: "to test",
  package: "qemu-utils",
};
const mounts = (args: string[]) => args.filter((_, i) => args[i - 1] === "--mount");
const tmpfs = (args: string[]) => args.filter((_, i) => args[i - 1] === "--tmpfs");

test("a step runs without capability, network, privilege or a writable root, beside one writable folder", () => {
  expect(runArguments(frame, { ...step, writes: "/srv/store/stages/1" })).toMatchInlineSnapshot(`
    [
      "run",
      "--rm",
      "--interactive",
      "--name",
      "bootwright-1",
      "--platform",
      "linux/amd64",
      "--pull",
      "never",
      "--log-driver",
      "none",
      "--network",
      "none",
      "--cgroupns",
      "private",
      "--cap-drop",
      "ALL",
      "--read-only",
      "--security-opt",
      "no-new-privileges",
      "--user",
      "1000:100",
      "--tmpfs",
      "/tmp:mode=1777,exec",
      "--mount",
      "type=bind,src=/srv/store,dst=/srv/store,readonly",
      "--mount",
      "type=bind,src=/srv/store/stages/1,dst=/srv/store/stages/1",
      "--workdir",
      "/srv/store/stages/1",
      "--label",
      "org.bootwright.step=0123",
      "--env",
      "HOME=/tmp",
      "--env",
      "LC_ALL=C.UTF-8",
      "--env",
      "TZ=UTC",
      "--env",
      "SOURCE_DATE_EPOCH=1735689600",
      "--env",
      "MTOOLS_SKIP_CHECK=1",
      "--entrypoint",
      "timeout",
      "sha256:abc",
      "--kill-after=10",
      "60",
      "qemu-img",
      "create",
      "a b",
      "$x",
    ]
  `);
});

test("a step that writes nothing gets no writable folder of the host", () => {
  expect(mounts(runArguments(frame, step))).toEqual([
    "type=bind,src=/srv/store,dst=/srv/store,readonly",
  ]);
});

test("commas and quotes in the store's path do not end the field", () => {
  expect(mounts(runArguments({ ...frame, storeRoot: '/srv/a,"b"' }, step))).toEqual([
    'type=bind,"src=/srv/a,""b""","dst=/srv/a,""b""",readonly',
  ]);
});

test("a store below /root is reached although the image's /root is closed", () => {
  expect(tmpfs(runArguments({ ...frame, storeRoot: "/root/.cache/bootwright" }, step))).toEqual([
    "/tmp:mode=1777,exec",
    "/root:mode=0755",
  ]);
  expect(tmpfs(runArguments(frame, step))).toEqual(["/tmp:mode=1777,exec"]);
});

test("a second tool runs in the container of the first, and its processes carry a mark", () => {
  expect(execArguments("bootwright-1", "mark", step).join(" ")).toMatchInlineSnapshot(
    `"exec --interactive --env BOOTWRIGHT_BESIDE=mark --env HOME=/tmp --env LC_ALL=C.UTF-8 --env TZ=UTC --env SOURCE_DATE_EPOCH=1735689600 --env MTOOLS_SKIP_CHECK=1 bootwright-1 qemu-img create a b $x"`,
  );
});
