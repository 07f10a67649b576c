import { expect, test } from "vitest";
import { readProcess } from "../../../provider/service/image-process.ts";
import { readStopSignal } from "../../../provider/service/stop-signal.ts";
import { readUser } from "../../../provider/service/user.ts";
import { noConfig } from "../../../provider/tree/ingest/image-config.ts";

const passwd =
  "root:x:0:0:root:/root:/bin/sh\nwww:x:33:34::/var/www:/bin/false\n7:x:8:9::/seven:\n";
const group = "root:x:0:\nadm:x:4:www\n";
const files = {
  isProgram: (path: string) =>
    ["/bin/serve", "/app/run", "/opt/my app/x", "/bin/sh"].includes(path),
  passwd,
  group,
};
const read = (config: Partial<typeof noConfig>) => readProcess({ ...noConfig, ...config }, files);

test.each([
  [
    "the program by PATH",
    { cmd: ["serve", "-f"] },
    { program: "/bin/serve", words: ["serve", "-f"] },
  ],
  [
    "ENTRYPOINT goes before CMD",
    { entrypoint: ["/bin/serve"], cmd: ["a", "b"] },
    { program: "/bin/serve", words: ["/bin/serve", "a", "b"] },
  ],
  ["a program of WORKDIR", { cmd: ["./run"], workingDir: "/app" }, { program: "/app/run" }],
  [
    "the image's own PATH, the last of two counting",
    { cmd: ["x"], env: ["PATH=/bin", "PATH=/opt/my app"] },
    {
      program: "/opt/my app/x",
      env: [
        ["PATH", "/opt/my app"],
        ["HOME", "/root"],
      ],
    },
  ],
  [
    "values with = and line ends",
    { cmd: ["serve"], env: ["A=b=c\nd", "B="] },
    {
      env: expect.arrayContaining([
        ["A", "b=c\nd"],
        ["B", ""],
      ]),
    },
  ],
  [
    "HOME of the user",
    { cmd: ["serve"], user: "www" },
    { env: expect.arrayContaining([["HOME", "/var/www"]]) },
  ],
  [
    "the engine's times for a health check that names none",
    { cmd: ["serve"], healthcheck: ["CMD-SHELL", "a | b"] },
    {
      healthCheck: {
        ...{ program: "/bin/sh", words: ["/bin/sh", "-c", "a | b"] },
        ...{ intervalSeconds: 30, timeoutSeconds: 30, startPeriodSeconds: 0 },
      },
    },
  ],
  ["no health check", { cmd: ["serve"], healthcheck: ["NONE"] }, {}],
])("%s", (_, config, expected) => {
  expect(read(config)).toMatchObject({ process: expected });
});

test.each([
  [
    "no process",
    {},
    [
      "the image names no process: it has neither ENTRYPOINT nor CMD (give it one in the Dockerfile)",
    ],
  ],
  [
    "everything wrong at once",
    { cmd: ["gone"], user: "nobody", stopSignal: "SIGNOTHING", healthcheck: ["CMD"] },
    [
      'its USER "nobody" is not in the image\'s /etc/passwd',
      'its STOPSIGNAL "SIGNOTHING" is no signal',
      'its program "gone" is not in the image (its PATH is "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")',
      'its HEALTHCHECK ["CMD"] is no command',
    ],
  ],
  ["an empty program", { cmd: [""] }, [expect.stringContaining('its program ""')]],
  ["a NUL", { cmd: ["serve", "a\0b"] }, [expect.stringContaining("a text with a NUL")]],
  [
    "half a character",
    { cmd: ["serve"], env: ["A=\ud800"] },
    [expect.stringContaining("broken characters")],
  ],
  [
    "a health check that is not there",
    { cmd: ["serve"], healthcheck: ["CMD", "curl"] },
    [expect.stringContaining('the program of its HEALTHCHECK "curl" is not in the image')],
  ],
])("%s is refused", (_, config, problems) => {
  expect(read(config)).toEqual({ problems });
});

test.each([
  ["", { uid: 0, gid: 0, home: "/root", name: "root" }],
  ["www", { uid: 33, gid: 34, home: "/var/www", name: "www" }],
  ["33", { uid: 33, gid: 34, home: "/var/www", name: "www" }],
  ["7", { uid: 8, gid: 9, home: "/seven", name: "7" }],
  ["1001", { uid: 1001, gid: 0, home: "/" }],
  ["www:adm", { uid: 33, gid: 4, home: "/var/www", name: "www", group: "adm" }],
  ["1001:1002", { uid: 1001, gid: 1002, home: "/", group: null }],
  ["4294967295", 'its USER "4294967295" is not in the image\'s /etc/passwd'],
  ["-1", 'its USER "-1" is not in the image\'s /etc/passwd'],
  ["www:none", "its USER's group \"none\" is not in the image's /etc/group"],
])("USER %j", (user, expected) => expect(readUser(user, passwd, group)).toEqual(expected));

test.each([
  ["", "TERM"],
  ["SIGQUIT", "QUIT"],
  ["quit", "QUIT"],
  ["SIGRTMIN+3", "RTMIN+3"],
  ["37", "37"],
  ["0", undefined],
  ["65", undefined],
  ["SIGTERM\nExecStop=/x", undefined],
])("STOPSIGNAL %j", (given, expected) => expect(readStopSignal(given)).toBe(expected));
