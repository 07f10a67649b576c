import { expect, test } from "vitest";
import type { MachineFile } from "../../../provider/image/machine-file.ts";
import { findPrograms } from "../../../provider/init/programs.ts";
import { busyboxMachine } from "../../../provider/service/busybox-machine.ts";
import { busyboxService } from "../../../provider/service/busybox-service.ts";
import type { ImageProcess } from "../../../provider/service/image-process.ts";
import { noConfig } from "../../../provider/tree/ingest/image-config.ts";

const process: ImageProcess = {
  program: "/bin/httpd",
  words: ["httpd"],
  env: [],
  user: { uid: 0, gid: 0, groups: [], home: "/", name: "root" },
  namesGroup: false,
  workingDir: "/srv/my site",
  stopSignal: "QUIT",
};
const config = {
  ...noConfig,
  cmd: ["httpd", "-f", "it's $HOME\n`id`"],
  env: ["PATH=/bin", "A=a'b"],
};
const applets = new Set(["init", "nsenter", "httpd", "getty", "udhcpc", "ip"]);
const programs = findPrograms({ busybox: { path: "/bin/busybox", applets }, runs: () => false });
const service = (change: Partial<ImageProcess> = {}, words: readonly string[] = config.cmd) => {
  const result = busyboxService(
    { ...process, ...change },
    { ...config, cmd: [...words] },
    programs,
  );
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return result;
};
const textOf = (all: readonly MachineFile[], path: string) => {
  const found = all.find((file) => file.path === path);
  return found?.content ? Buffer.from(found.content).toString() : found?.target;
};
const image = (paths: readonly string[], inittab?: string) => ({
  has: (path: string) => paths.includes(path),
  inittab,
  init: "bin/init",
  programs,
});

test("the process starts with the image's variables only, in its folder", () => {
  expect(textOf(service().files, "usr/lib/bootwright/image-process")).toMatchInlineSnapshot(`
    "#!/bin/sh
    # Runs the image's process as its configuration says; init starts it again when it ends.
    exec </dev/null
    echo $$ >/run/image-process.pid
    unset TERM
    export PATH='/bin'
    export HOME='/'
    export A='a'\\''b'
    cd '/srv/my site' || exit 1
    exec 'httpd' '-f' 'it'\\''s $HOME
    \`id\`'
    "
  `);
});

test("an inittab holds all that a machine needs: mounts, network, service, login, shutdown", () => {
  const files = busyboxMachine({ ...service(), dhcp: true }, image(["dev"]));
  expect(textOf(files, "etc/inittab")).toMatchInlineSnapshot(`
    "# What busybox's init starts, and when.
    ::sysinit:/usr/lib/bootwright/machine-start
    ::wait:/usr/lib/bootwright/network
    ::respawn:/usr/lib/bootwright/image-process
    ::respawn:/usr/lib/bootwright/console-login
    ::ctrlaltdel:reboot
    ::shutdown:/usr/lib/bootwright/image-process-stop
    ::shutdown:umount -a -r
    "
  `);
  expect(textOf(files, "usr/lib/bootwright/network")).toMatch(
    /\/bin\/busybox udhcpc -b -i "[^"]+" -s \/usr\/lib\/bootwright\/lease\n/,
  );
  expect(textOf(files, "usr/lib/bootwright/lease")).toContain("nameserver");
  expect(textOf(files, "sbin/init")).toBe("/bin/init");
  const folders = files.filter(({ type }) => type === "directory").map(({ path }) => path);
  expect(folders).toEqual(["proc", "run", "sys", "tmp"]);
});

test.each([
  [
    "that works is kept and added to",
    ["sbin/init", "sbin/openrc"],
    "::sysinit:/sbin/openrc sysinit\ntty1::respawn:/sbin/getty 38400 tty1\n\n",
    true,
  ],
  [
    "of a program that is not there is replaced",
    ["sbin/init"],
    "::sysinit:/sbin/openrc sysinit\n",
    false,
  ],
  ["that starts nothing is replaced", ["sbin/init"], "# nothing\n", false],
])("an inittab %s", (_, paths, own, kept) => {
  const files = busyboxMachine({ ...service(), dhcp: false }, image(paths, own));
  const inittab = textOf(files, "etc/inittab") ?? "";
  expect(inittab.startsWith(own.trimEnd())).toBe(kept);
  expect(inittab).toContain("\n::respawn:/usr/lib/bootwright/image-process\n");
  expect(files.some(({ path }) => path.endsWith("machine-start"))).toBe(!kept);
});

test("a user is who busybox makes it, by numbers", () => {
  const { files } = service({ user: { uid: 33, gid: 34, groups: [], home: "/" } });
  expect(textOf(files, "usr/lib/bootwright/image-process")).toContain(
    "exec /bin/busybox nsenter -F -S 33 -G 34 -- 'httpd' '-f' ",
  );
});

test("what a shell cannot pass on, and a user that no program can become, are refused at once", () => {
  const user = { uid: 33, gid: 34, groups: [4], home: "/" };
  expect(busyboxService({ ...process, user }, { ...config, env: ["my-var=x"] }, programs)).toEqual({
    problems: [
      'its env[0]: "my-var" is no name of a variable that a shell can set',
      "its user: nothing in the image can become user 33, group 34 with groups 4 (install setpriv, of the package util-linux)",
    ],
  });
});
