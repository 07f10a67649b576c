import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { despiteOthers, findSource } from "../../bin/setup/apt.ts";
import { clearDeadLocks } from "../../bin/setup/backend.ts";
import { isKeptOut } from "../../bin/setup/engine.ts";
import { withLock } from "../../bin/setup/lock.ts";
import { formatElapsed, formatError, SetupError } from "../../bin/setup/progress.ts";
import { installWhole } from "../../bin/setup/pulumi.ts";
import { isNewEnoughGo } from "../../bin/setup/pulumi-build.ts";
import { readDistribution } from "../../bin/setup/root.ts";
import { lastLines, run, tryRun } from "../../bin/setup/run.ts";
import { formatOutputs, projectFolder } from "../../bin/setup/start.ts";
import { countTests, formatCounts, formatSlowest } from "../../bin/setup/test.ts";
import { nameToolbox } from "../../bin/setup/toolbox.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bootwright-test-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** No process has it: larger than the largest process id of Linux. */
const deadPid = 2 ** 22 + 1;

describe("apt sources", () => {
  const stanzas = `# comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/example.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;

  test("another suite is asked of the machine's own mirror, with its keyring", () => {
    const source = findSource(stanzas, "bookworm");
    expect(source?.uri).toBe("http://mirror.example/debian");
    expect(source?.forSuite("trixie")).toEqual({
      extension: "sources",
      text: `Types: deb
URIs: http://mirror.example/debian
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/example.gpg
`,
    });
  });

  test("a one-line source keeps its options", () => {
    const source = findSource(
      "# deb http://off.example bookworm main\ndeb [signed-by=/k.gpg arch=amd64] http://mirror.example/debian bookworm main contrib\n",
      "bookworm",
    );
    expect(source?.uri).toBe("http://mirror.example/debian");
    expect(source?.forSuite("trixie")).toEqual({
      extension: "list",
      text: "deb [signed-by=/k.gpg arch=amd64] http://mirror.example/debian trixie main\n",
    });
  });

  test.each([
    ["a suite that is not there", stanzas, "sid"],
    ["sources only of source packages", "deb-src http://mirror.example/debian sid main\n", "sid"],
    ["an empty file", "", "bookworm"],
  ])("%s is not found", (_, text, suite) => {
    expect(findSource(text, suite)).toBeUndefined();
  });
});

describe("apt", () => {
  /** Work that fails with each of these in turn, and then comes to its end. */
  const workThatMeets = (failures: string[]) => async () => {
    const failure = failures.shift();
    if (failure) throw new SetupError(failure, "hint");
    return "done";
  };
  const held = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)";
  const killed =
    "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.";

  test("is asked again while another one holds the lists", async () => {
    expect(await despiteOthers(workThatMeets([held, held]))).toBe("done");
  });

  test("goes on once what a killed one left half-installed is configured", async () => {
    let finished = 0;
    const finish = async () => ++finished;
    expect(await despiteOthers(workThatMeets([killed]), finish)).toBe("done");
    await expect(despiteOthers(workThatMeets([killed, killed]), finish)).rejects.toThrow(killed);
    expect(finished).toBe(2);
  });

  test("that fails otherwise has failed", async () => {
    const missing = "E: Unable to locate package docker.io";
    await expect(despiteOthers(workThatMeets([missing]))).rejects.toThrow(missing);
  });
});

test.each([
  ["Debian", "ID=debian\nVERSION_CODENAME=bookworm\n", "bookworm", true],
  ["Ubuntu", "ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n", "noble", true],
  ["a derivative", 'ID=mint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME="zara"\n', "zara", true],
  ["Fedora", 'ID=fedora\nVERSION_CODENAME=""\n', "", false],
])("%s is known by its os-release", (_, text, codename, usesApt) => {
  expect(readDistribution(text)).toMatchObject({ codename, usesApt });
});

test.each([
  ["go1.24.9", false],
  ["go1.25.11", true],
  ["go1.26.1", true],
  ["go2.0", true],
  ["", false],
])("Go %j builds the CLI: %s", (version, builds) => {
  expect(isNewEnoughGo(version)).toBe(builds);
});

describe("a lock of Pulumi's file backend", () => {
  const locks = () => join(folder, ".pulumi/locks/organization/web/dev");
  const write = (name: string, lock: object) => {
    mkdirSync(locks(), { recursive: true });
    writeFileSync(join(locks(), `${name}.json`), JSON.stringify(lock));
  };

  test("is cleared when its process has ended", () => {
    write("dead", { pid: deadPid, hostname: hostname() });
    expect(clearDeadLocks(folder)).toEqual([`process ${deadPid}`]);
    expect(readdirSync(locks())).toEqual([]);
  });

  test("is cleared when its process id is another program's by now", () => {
    write("reused", { pid: process.pid, hostname: hostname() });
    expect(clearDeadLocks(folder)).toEqual([`process ${process.pid}`]);
  });

  test("of another machine stays", () => {
    write("other", { pid: deadPid, hostname: `not-${hostname()}` });
    expect(clearDeadLocks(folder)).toEqual([]);
    expect(readdirSync(locks())).toEqual(["other.json"]);
  });

  test("is cleared when the power went while it was written", () => {
    mkdirSync(locks(), { recursive: true });
    writeFileSync(join(locks(), "torn.json"), "");
    expect(clearDeadLocks(folder)).toEqual(["process unknown"]);
    expect(readdirSync(locks())).toEqual([]);
  });

  test("is none in a new backend", () => {
    expect(clearDeadLocks(folder)).toEqual([]);
  });
});

test("packages of an npm that was killed are installed again", async () => {
  for (const name of ["bin", "node_modules/.bin"])
    mkdirSync(join(folder, name), { recursive: true });
  copyFileSync(join(import.meta.dirname, "../../bin/setup.mjs"), join(folder, "bin/setup.mjs"));
  symlinkSync(process.execPath, join(folder, "node_modules/.bin/node"));
  writeFileSync(join(folder, "package-lock.json"), '{"packages":{}}');
  writeFileSync(join(folder, "node_modules/.package-lock.json"), '{"packa');
  writeFileSync(join(folder, "npm"), '#!/bin/sh\necho "ran npm $1"\nexit 1\n', { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const setUp = run([process.execPath, join(folder, "bin/setup.mjs")], { env });
  await expect(setUp).rejects.toThrow(/because node_modules is not whole\nran npm ci\n/);
});

test.each([
  ["is kept out by", "permission denied while trying to connect to the Docker daemon socket", true],
  ["does not reach", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", false],
])("a user who %s an engine is told from others", async (_, says, isOut) => {
  const client = join(folder, "docker");
  writeFileSync(client, `#!/bin/sh\necho "${says}" >&2\nexit 1\n`, { mode: 0o755 });
  expect(await isKeptOut(client)).toBe(isOut);
});

test("a download that breaks off leaves nothing, and a whole one replaces half of one", async () => {
  const bin = join(folder, "pulumi/bin");
  const install = (files: string[]) => async (into: string) => {
    mkdirSync(join(into, "bin"));
    for (const name of files) writeFileSync(join(into, "bin", name), "");
    if (files.length === 1) throw new Error("the connection was cut");
  };
  expect(await installWhole(bin, install(["pulumi"]))).toBe(false);
  expect(readdirSync(join(folder, "pulumi"))).toEqual([]);
  mkdirSync(bin);
  writeFileSync(join(bin, "half"), "");
  expect(await installWhole(bin, install(["pulumi", "pulumi-language-nodejs"]))).toBe(true);
  expect(readdirSync(bin)).toEqual(["pulumi", "pulumi-language-nodejs"]);
  expect(readdirSync(join(folder, "pulumi"))).toEqual(["bin"]);
});

describe("two set-ups at once", () => {
  test("run one after the other, and the second says that it waits", async () => {
    const file = join(folder, "lock");
    const order: string[] = [];
    let tell = () => {};
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const work = (name: string) => async () => {
      order.push(`${name} starts`);
      await told;
      order.push(`${name} ends`);
    };
    const say = (line: string) => {
      order.push(line);
      tell();
    };
    await Promise.all([withLock(file, work("first")), withLock(file, work("second"), say)]);
    const waiting = "• Set-up: waiting for another one, or 10 s for one that was killed";
    expect(order).toEqual(["first starts", waiting, "first ends", "second starts", "second ends"]);
  });

  test("do not wait for one that was killed, whoever has its process number by now", async () => {
    const file = join(folder, "lock");
    mkdirSync(`${file}.lock`);
    utimesSync(`${file}.lock`, 0, 0);
    writeFileSync(file, "1"); // as earlier versions did
    expect(await withLock(file, async () => "done")).toBe("done");
    expect(readdirSync(folder)).toEqual(["lock"]);
  });
});

describe("an error", () => {
  test("says what failed, why, and the fix", async () => {
    const script = "console.log('out'); console.error('why'); process.exit(3)";
    const failure = run([process.execPath, "-e", script], { hint: "do this" });
    const error = await failure.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SetupError);
    expect(formatError(error)).toMatch(/failed with exit code 3[\s\S]*why\n\(do this\)$/);
  });

  test("names a program that is not there", async () => {
    await expect(run(["no-such-program-of-bootwright"])).rejects.toThrow(
      "no-such-program-of-bootwright",
    );
    expect(await tryRun(["no-such-program-of-bootwright"])).toBeUndefined();
  });

  test("shows only the end of a long output", () => {
    expect(lastLines("1\n2\n3\n\n", 2)).toBe("2\n3");
  });
});

test.each([
  [999, ""],
  [1000, " (1.0 s)"],
  [65_432, " (65 s)"],
])("%d ms are printed as %j", (milliseconds, text) => {
  expect(formatElapsed(milliseconds)).toBe(text);
});

describe("the closing line of the tests", () => {
  const report = { numPassedTests: 12, numFailedTests: 0, numPendingTests: 0, testResults: [] };

  test("counts passed and failed tests", () => {
    expect(formatCounts(countTests(report), [])).toBe("12 passed, 0 failed");
  });

  test("counts a file that did not load as a failure", () => {
    const file = { status: "failed", name: "/repo/test/a.test.ts", startTime: 0, endTime: 0 };
    const testResults = [
      { ...file, assertionResults: [] },
      { ...file, assertionResults: [{}] },
    ];
    const counts = countTests({ ...report, numFailedTests: 1, testResults });
    expect(formatCounts(counts, [])).toBe("12 passed, 2 failed");
  });

  test("names the files that took longest, in seconds", () => {
    const file = { status: "passed", startTime: 1000, assertionResults: [{}] };
    const testResults = [
      { ...file, name: "/repo/test/short.test.ts", endTime: 2400 },
      { ...file, name: "/repo/test/long.test.ts", endTime: 91_000 },
    ];
    expect(formatSlowest({ ...report, testResults }, "/repo")).toBe(
      "Longest: test/long.test.ts 90 s, test/short.test.ts 1 s",
    );
  });

  test("names skipped tests and failed checks", () => {
    const counts = countTests({ ...report, numPendingTests: 3 });
    expect(formatCounts(counts, ["tsc"])).toBe("12 passed, 0 failed, 3 skipped, tsc failed");
  });
});

test("the stack's outputs are printed in one column", () => {
  expect(formatOutputs({ a: { b: 1 }, path: "/disk", sizeMiB: 512 })).toEqual([
    '  a        {"b":1}',
    "  path     /disk",
    "  sizeMiB  512",
  ]);
});

test("another toolbox Dockerfile is another image", () => {
  const name = nameToolbox(Buffer.from("FROM debian\n"));
  expect(name).toMatch(/^bootwright-toolbox:[0-9a-f]{12}$/);
  expect(nameToolbox(Buffer.from("FROM debian:12\n"))).not.toBe(name);
});

describe("npm start", () => {
  test.each(["recovery", "examples/recovery", "./examples/recovery/"])(
    "takes an example by its name or folder: %s",
    (given) => expect(projectFolder(given)).toMatch(/\/examples\/recovery$/),
  );

  test("is the repository's own program without a name", () => {
    expect(projectFolder("debian-server")).toBe(projectFolder());
  });

  test.each(["yaml-server", "python-server", "go-server", "ci"])(
    "says where it is written how to run what needs more: %s",
    (given) =>
      expect(() => projectFolder(given)).toThrow(
        expect.objectContaining({ hint: `examples/${given}/README.md says how to run it` }),
      ),
  );

  test("names the examples that there are where it is given no such one", () => {
    for (const given of ["nothing", "../provider", ""]) {
      const message = `There is no example "${given}"`;
      const hint = /^npm start NAME, of debian-server, .*recovery.*tiny-busybox.*uki(?!.*yaml)/;
      expect(() => projectFolder(given)).toThrow(
        expect.objectContaining({ message, hint: expect.stringMatching(hint) }),
      );
    }
  });
});
