import { expect, test } from "vitest";
import type { MachineFile } from "../../../provider/image/machine-file.ts";
import type { ImageProcess } from "../../../provider/service/image-process.ts";
import { systemdService } from "../../../provider/service/systemd-service.ts";
import { commandLine, unitWord } from "../../../provider/service/systemd-words.ts";

const process: ImageProcess = {
  program: "/usr/sbin/nginx",
  words: ["nginx", "-g", "daemon off;"],
  env: [
    ["PATH", "/usr/sbin:/usr/bin"],
    ["HOME", "/root"],
  ],
  user: { uid: 0, gid: 0, groups: [], home: "/root", name: "root" },
  namesGroup: false,
  workingDir: "/",
  stopSignal: "QUIT",
};
const everything = { isProgram: () => true };
const given = (change: Partial<ImageProcess>, files = everything) =>
  systemdService({ ...process, ...change }, files);
const files = (change: Partial<ImageProcess>) => {
  const result = given(change);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return result.files;
};
const textOf = (all: readonly MachineFile[], path: string) => {
  const found = all.find((file) => file.path === path);
  return found?.content ? Buffer.from(found.content).toString() : found?.target;
};
const unit = "etc/systemd/system/image-process.service";

test("a service starts what the image says, after the network, again and again", () => {
  const all = files({});
  expect(textOf(all, unit)).toMatchInlineSnapshot(`
    "[Unit]
    Description=The process of the image
    Wants=network-online.target image-process-log.service
    After=network-online.target image-process-log.service
    StartLimitIntervalSec=0

    [Service]
    ExecStart=@/usr/sbin/nginx nginx -g "daemon off;"
    Environment=PATH=/usr/sbin:/usr/bin
    Environment=HOME=/root
    WorkingDirectory=/
    StandardOutput=file:/run/image-process.log
    Restart=always
    RestartSec=1
    KillSignal=SIGQUIT
    KillMode=mixed

    [Install]
    WantedBy=multi-user.target
    "
  `);
  expect(textOf(all, "etc/systemd/system/multi-user.target.wants/image-process.service")).toBe(
    `/${unit}`,
  );
  expect(textOf(all, "etc/tmpfiles.d/image-process.conf")).toBe(
    "p+ /run/image-process.log 0600 0 0\n",
  );
});

test("a health check is a timer and what it asks", () => {
  const all = files({
    healthCheck: {
      ...{ program: "/bin/sh", words: ["/bin/sh", "-c", "curl -f $URL || exit 1"] },
      ...{ intervalSeconds: 5, timeoutSeconds: 3, startPeriodSeconds: 20 },
    },
  });
  expect(textOf(all, "etc/systemd/system/image-process-health.service")).toContain(
    'ExecStart=@/bin/sh /bin/sh -c "curl -f $$URL || exit 1"\n',
  );
  expect(textOf(all, "etc/systemd/system/image-process-health.timer")).toContain(
    "OnActiveSec=20\nOnUnitInactiveSec=5\n",
  );
});

test.each([
  ["plain-1.2/x:y=z,w@v+u", "plain-1.2/x:y=z,w@v+u"],
  ["", '""'],
  ["two words", '"two words"'],
  ['say "hi"', '"say \\"hi\\""'],
  ["it's", '"it\'s"'],
  ["back\\slash", '"back\\\\slash"'],
  ["100%", "100%%"],
  ["a\nb\tc\x7f", '"a\\x0ab\\x09c\\x7f"'],
  ["ü☃", '"ü☃"'],
  [";", '";"'],
  ["#", '"#"'],
])("the word %j is written as %s", (text, expected) => expect(unitWord(text)).toBe(expected));

test("variables are replaced in no argument, and no prefix of a command line means anything", () => {
  expect(commandLine("/x", ["$A", "-x", "!y", "@z"])).toBe('@/x "$$A" -x "!y" @z');
  expect(commandLine("/my program/$x", ["x"])).toBe('"@/my program/$x" x');
});

test.each([
  ["www-data", 33, "User=www-data\n"],
  ["odd name", 33, "User=33\n"],
])("the user %j is %j", (name, uid, expected) => {
  const user = { uid, gid: 33, groups: [4], home: "/", name };
  expect(textOf(files({ user }), unit)).toContain(expected);
});

test("a user with a group of its own choice is made so by numbers", () => {
  const user = { uid: 33, gid: 4, groups: [5, 6], home: "/", name: "www" };
  const text = textOf(files({ user, namesGroup: true }), unit);
  expect(text).toContain("/usr/bin/setpriv --reuid=33 --regid=4 --groups=5,6 -- nginx");
  expect(text).not.toMatch(/^(User|Group)=/m);
});

test("numbers without an entry and names that systemd does not take go through other programs", () => {
  const made = files({
    user: { uid: 1001, gid: 0, groups: [], home: "/" },
    env: [["my-var", "50% $x"]],
  });
  const text = textOf(made, unit);
  expect(text).toContain(
    'ExecStart=@/usr/bin/env /usr/bin/env -- "my-var=50%% $$x" /usr/bin/setpriv --reuid=1001 --regid=0 --clear-groups -- nginx -g "daemon off;"\n',
  );
  expect(text).not.toMatch(/^(User|Environment)=/m);
});

test.each([
  [
    "a folder with a line end",
    { workingDir: "/a\nExecStartPre=/bin/evil" },
    ['its WORKDIR "/a\\nExecStartPre=/bin/evil" has characters that a unit cannot hold'],
  ],
  [
    "a number without setpriv",
    { user: { uid: 1001, gid: 0, groups: [], home: "/" } },
    ["its USER or ENV needs /usr/bin/setpriv, which the image has not"],
  ],
])("%s is refused", (_, change, problems) => {
  expect(given(change, { isProgram: () => false })).toEqual({ problems });
});

test("no value of an image begins a line of a unit", () => {
  const evil = "x\nExecStartPre=/bin/evil\r[Service]";
  const all = files({
    words: ["x", evil],
    env: [
      ["A", evil],
      [evil, "x"],
    ],
    workingDir: "/%n",
  });
  const lines = textOf(all, unit)?.split(/[\n\r]/) ?? [];
  expect(lines.filter((line) => /^(ExecStartPre|\[Service)/.test(line))).toEqual(["[Service]"]);
  expect(lines).toContain("WorkingDirectory=/%%n");
});
