import { expect, test } from "vitest";
import { readProcess } from "../../../provider/service/image-process.ts";
import { readStopSignal } from "../../../provider/service/stop-signal.ts";
import { noConfig } from "../../../provider/tree/ingest/image-config.ts";

const passwd =
  "root:x:0:0:root:/root:/bin/sh\nwww:x:33:34::/var/www:/bin/false\n7:x:8:9::/seven:\n";
const group = "root:x:0:\nadm:x:4:www\n";
const files = {
  isProgram: (path: string) =>
    ["/bin/serve", "/app/run", "/opt/my app/x", "/bin/sh"].includes(path),
  accounts: { passwd, group },
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
      'its USER: the image\'s /etc/passwd has no user "nobody"',
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
  ["www", { uid: 33, gid: 34, name: "www" }, false],
  ["www:adm", { uid: 33, gid: 4, name: "www" }, true],
  ["1001", { uid: 1001, gid: 0 }, false],
])("USER %s", (user, expected, namesGroup) => {
  expect(read({ cmd: ["serve"], user })).toMatchObject({ process: { user: expected, namesGroup } });
});

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
