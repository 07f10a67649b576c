import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { MachineFile } from "../../../provider/image/machine-file.ts";
import { busyboxMachine } from "../../../provider/service/busybox-machine.ts";
import { busyboxService } from "../../../provider/service/busybox-service.ts";
import type { ImageProcess } from "../../../provider/service/image-process.ts";

const process: ImageProcess = {
  program: "/bin/httpd",
  words: ["httpd", "-f", "it's $HOME\n`id`"],
  env: [
    ["PATH", "/bin"],
    ["-odd", "a'b"],
  ],
  user: { uid: 0, gid: 0, home: "/", name: "root" },
  workingDir: "/srv/my site",
  stopSignal: "QUIT",
};
const everything = { isProgram: () => true };
const service = (change: Partial<ImageProcess> = {}) => {
  const result = busyboxService({ ...process, ...change }, everything);
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
});

test("the process starts with the image's variables only, in its folder", () => {
  expect(textOf(service().files, "usr/lib/bootwright/image-process")).toMatchInlineSnapshot(`
    "#!/bin/sh
    # Runs the image's process as its configuration says; init starts it again when it ends.
    echo $$ >/run/image-process.pid
    cd '/srv/my site' || exit 1
    exec /bin/env -i -- PATH=/bin '-odd=a'\\''b' httpd -f 'it'\\''s $HOME
    \`id\`' </dev/null
    "
  `);
});

test("a shell reads back the very words", () => {
  const words = ["printf", "[%s]", "it's $HOME\n`id`", "", "a\\b", '"', "*", "~", "-"];
  const text = textOf(service({ words }).files, "usr/lib/bootwright/image-process") ?? "";
  const run = text.replace(/^(echo|cd) .*$/gm, "").replaceAll("/bin/env", "/usr/bin/env");
  const env = { PATH: "/usr/bin:/bin" };
  const script = run.replace("PATH=/bin", `PATH=${env.PATH}`);
  expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(
    words
      .slice(2)
      .map((word) => `[${word}]`)
      .join(""),
  );
});

test("an inittab holds all that a machine needs: mounts, network, service, login, shutdown", () => {
  const files = busyboxMachine({ ...service(), dhcp: true }, image(["bin/getty", "dev"]));
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

test("a user of the image is who su makes it", () => {
  const { files } = service({ user: { uid: 33, gid: 33, home: "/", name: "www" } });
  expect(textOf(files, "usr/lib/bootwright/image-process")).toContain(
    `/bin/su -m -s /bin/sh www -c 'exec "$@"' sh httpd -f `,
  );
});

test.each([
  ["a number without an entry", { user: { uid: 1001, gid: 0, home: "/" } }],
  ["a group of its own", { user: { uid: 33, gid: 4, home: "/", name: "www", group: "adm" } }],
])("%s is refused with the way out", (_, change) => {
  expect(busyboxService({ ...process, ...change }, everything)).toEqual({
    problems: [
      "its USER must be one of the image's /etc/passwd, without a group, to be run by busybox's init (RUN adduser -D -u 1000 app, and USER app)",
    ],
  });
});

test("programs that the image has not are named", () => {
  expect(busyboxService(process, { isProgram: () => false })).toEqual({
    problems: ["the image has no env to start its process with"],
  });
});
