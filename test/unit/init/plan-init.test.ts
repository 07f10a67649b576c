import { describe, expect, test } from "vitest";
import { processProblems } from "../../../provider/init/command.ts";
import { initProblems, initSchema } from "../../../provider/init/options.ts";
import { planInit } from "../../../provider/init/plan-init.ts";
import { findPrograms } from "../../../provider/init/programs.ts";

const noAccounts = { passwd: "", group: "" };
const allApplets =
  "acpid busybox cttyhack getty init ip klogd mdev mkdir modprobe mount nsenter reboot sh sleep su syslogd udhcpc umount";

/** An image of busybox, without the applets and with the files that are named. */
function busybox({ lacks = "", has = "bin/sh bin/login etc/passwd", passwd = "" } = {}) {
  const applets = new Set(allApplets.split(" ").filter((name) => !lacks.split(" ").includes(name)));
  const programs = findPrograms({ busybox: { path: "/bin/busybox", applets }, runs: () => false });
  return {
    programs,
    accounts: { ...noAccounts, passwd },
    has: (path: string) => has.split(" ").includes(path),
  };
}

/** An image of programs of their own, without busybox. */
function plain({
  runs = "bin/sh usr/bin/mount usr/bin/mkdir usr/bin/sleep usr/bin/setsid usr/bin/dd usr/bin/od",
  has = "bin/sh",
  passwd = "",
} = {}) {
  const programs = findPrograms({ runs: (path) => runs.split(" ").includes(path) });
  return {
    programs,
    accounts: { ...noAccounts, passwd },
    has: (path: string) => has.split(" ").includes(path),
  };
}

const options = (given: object) => initSchema.parse(given);
const config = {
  env: ['A=it\'s $(reboot) `x` "y" \\\n2', "PATH=/opt:/bin"],
  entrypoint: ["/bin/run", "-x"],
  cmd: ["'; reboot #"],
  user: "",
  workingDir: "/srv/it's",
};
const scriptOf = (given: object, image = busybox(), path = "init") =>
  planInit(options(given), image, config)
    .files.find((file) => file.path === path)
    ?.content?.toString() ?? "";

describe("what is asked of an init without what it takes is refused by path", () => {
  test.each([
    [{ run: "login" }, "init.run"],
    [{ consoles: ["ttyS0"] }, "init.consoles"],
    [{ network: "dhcp" }, "init.network"],
    [{ syslog: true }, "init.syslog"],
  ])("%j needs supervise", (given, property) => {
    expect(initProblems(options(given), true).map((problem) => problem.property)).toEqual([
      property,
    ]);
    expect(initProblems(options({ ...given, supervise: true }), true)).toEqual([]);
  });

  test("a command needs the image's configuration", () => {
    expect(initProblems(options({ run: "command" }), false)).toEqual([
      expect.objectContaining({ property: "config" }),
    ]);
  });

  test("a command has no terminals", () => {
    const given = options({ run: "command", supervise: true, consoles: ["ttyS0"] });
    expect(initProblems(given, true)[0]?.property).toBe("init.consoles");
  });

  test.each([
    [{ env: ["a.b=1"] }, "env[0]"],
    [{ env: ["A=1", "x y=2"] }, "env[1]"],
    [{ env: ["novalue"] }, "env[0]"],
    [{ env: ["A=\0"] }, "env"],
    [{ entrypoint: [], cmd: [] }, "cmd"],
    [{ cmd: ["a\0b"] }, "cmd"],
    [{ workingDir: "\0" }, "workingDir"],
  ])("a configuration with %j", (given, part) => {
    expect(processProblems({ ...config, ...given }).map((problem) => problem.part)).toEqual([part]);
  });

  const supervise = true;
  test.each<[string, object, ReturnType<typeof busybox>, string, RegExp]>([
    [
      "no /bin/sh",
      {},
      busybox({ has: "" }),
      "init",
      /^the image has no \/bin\/sh \(install busybox or dash/,
    ],
    ["no mount", {}, busybox({ lacks: "mount" }), "init", /^the image has no mount \(install/],
    [
      "an /init",
      {},
      busybox({ has: "bin/sh init" }),
      "init",
      /has an \/init of its own \(leave init out/,
    ],
    [
      "no cttyhack",
      { supervise },
      busybox({ lacks: "cttyhack" }),
      "init.run",
      /busybox has no cttyhack/,
    ],
    [
      "no getty",
      { supervise, run: "login" },
      busybox({ lacks: "getty" }),
      "init.run",
      /has no getty/,
    ],
    [
      "no login",
      { supervise, run: "login" },
      busybox({ has: "bin/sh etc/passwd" }),
      "init.run",
      /no \/bin\/login/,
    ],
    [
      "no users",
      { supervise, run: "login" },
      busybox({ has: "bin/sh bin/login" }),
      "init.run",
      /no \/etc\/passwd/,
    ],
    [
      "no udhcpc",
      { supervise, network: "dhcp" },
      busybox({ lacks: "udhcpc" }),
      "init.network",
      /has no udhcpc/,
    ],
    [
      "no syslogd",
      { supervise, syslog: true },
      busybox({ lacks: "syslogd" }),
      "init.syslog",
      /has no syslogd/,
    ],
    [
      "an inittab",
      { supervise, syslog: true },
      busybox({ has: "bin/sh etc/inittab" }),
      "init.syslog",
      /decided by the image's own \/etc\/inittab/,
    ],
    [
      "no setsid",
      { supervise },
      plain({ runs: "bin/mount bin/sleep" }),
      "init.run",
      /no setsid of util-linux \(install util-linux, or busybox\)/,
    ],
    [
      "no agetty",
      { supervise, run: "login" },
      plain({ has: "bin/sh bin/login etc/passwd" }),
      "init.run",
      /no agetty/,
    ],
    [
      "no DHCP client",
      { supervise, network: "dhcp" },
      plain(),
      "init.network",
      /no dhcpcd or dhclient or udhcpc/,
    ],
    ["no rsyslogd", { supervise, syslog: true }, plain(), "init.syslog", /no rsyslogd/],
  ])("an image with %s", (_what, given, image, property, reason) => {
    const { files, problems } = planInit(options(given), image, config);
    expect(files).toEqual([]);
    expect(problems[0]).toEqual({ property, reason: expect.stringMatching(reason) });
  });

  test("a USER that the image does not know, or that nothing in it can become", () => {
    const command = options({ run: "command" });
    const problemsOf = (image: ReturnType<typeof busybox>, user: string) =>
      planInit(command, image, { ...config, user }).problems;
    expect(problemsOf(busybox(), "web")).toEqual([
      { property: "config.user", reason: 'the image\'s /etc/passwd has no user "web"' },
    ]);
    expect(problemsOf(busybox({ lacks: "nsenter su" }), "7")).toEqual([
      {
        property: "config.user",
        reason:
          "nothing in the image can become user 7, group 0 (install setpriv, of the package util-linux)",
      },
    ]);
  });
});

describe("the generated files", () => {
  test("a shell: the mounts, how long it took, a welcome that is only text, the shell", () => {
    expect(scriptOf({ welcome: "It's $(reboot) `x` \\" })).toMatchInlineSnapshot(`
      "#!/bin/sh
      # Made by Bootwright.
      export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
      /bin/busybox mount -t proc proc /proc 2>/dev/null
      /bin/busybox mount -t sysfs sysfs /sys 2>/dev/null
      /bin/busybox mount -t devtmpfs devtmpfs /dev 2>/dev/null
      if [ -r /proc/uptime ]; then
        read -r seconds idle </proc/uptime
        echo "Boot took $seconds seconds"
      fi
      printf '%s\\n' 'It'\\''s $(reboot) \`x\` \\'
      exec /bin/sh
      "
    `);
  });

  test("a command: its environment, folder and words, none of which is more than a text", () => {
    expect(scriptOf({ run: "command", welcome: "" }).split("fi\n")[1]).toMatchInlineSnapshot(`
      "unset TERM
      export PATH='/opt:/bin'
      export HOME='/'
      export A='it'\\''s $(reboot) \`x\` "y" \\
      2'
      cd '/srv/it'\\''s' || exit 1
      exec '/bin/run' '-x' ''\\''; reboot #'
      "
    `);
  });

  test("a supervised machine of busybox: an inittab with what was asked for", () => {
    const given = {
      ...{ supervise: true, syslog: true, network: "dhcp" },
      consoles: ["ttyS0", "tty1"],
    };
    expect(scriptOf(given, busybox(), "etc/inittab")).toMatchInlineSnapshot(`
      "# Made by Bootwright: the image has no inittab of its own.
      ::respawn:/bin/busybox syslogd -n
      ::respawn:/bin/busybox klogd -n
      ::once:/usr/lib/bootwright/network
      ::once:/usr/lib/bootwright/power-button
      ttyS0::respawn:-/bin/sh
      tty1::respawn:-/bin/sh
      ::ctrlaltdel:/bin/busybox reboot
      ::shutdown:/bin/busybox umount -a -r 2>/dev/null
      ::restart:/bin/busybox init
      "
    `);
    expect(planInit(options(given), busybox()).files.map(({ path }) => path)).toEqual([
      "init",
      "etc/inittab",
      "usr/lib/bootwright/network",
      "usr/lib/bootwright/lease",
      "usr/lib/bootwright/power-button",
      "usr/lib/bootwright/acpi/PWRF/00000080",
    ]);
  });

  test("the image's own inittab stays, and its init reads it", () => {
    const image = busybox({ has: "bin/sh etc/inittab" });
    const { files } = planInit(options({ supervise: true }), image);
    expect(files.map(({ path }) => path)).toEqual(["init"]);
    expect(scriptOf({ supervise: true }, image)).toMatch(/\nexec \/bin\/busybox init\n$/);
  });

  test.each([
    [
      "setpriv",
      plain({ runs: "bin/sh bin/mount usr/bin/setpriv" }),
      "/usr/bin/setpriv --reuid=7 --regid=0 --clear-groups --",
    ],
    ["busybox's nsenter", busybox(), "/bin/busybox nsenter -F -S 7 -G 0 --"],
  ])("another user is become by %s", (_what, image, words) => {
    const { files } = planInit(options({ run: "command" }), image, { ...config, user: "7" });
    expect(files[0]?.content?.toString()).toContain(`\nexec ${words} '/bin/run' '-x'`);
  });

  test("another user with groups is become by busybox's su, which sees no option of the command's", () => {
    const image = busybox({ passwd: "web:x:33:34::/:/bin/sh" });
    const accounts = { ...image.accounts, group: "video:x:44:web" };
    const command = { ...config, user: "web", cmd: ["-c"] };
    const { files } = planInit(options({ run: "command" }), { ...image, accounts }, command);
    const last = files[0]?.content?.toString().trimEnd().split("\n").at(-1) ?? "";
    expect(last.replaceAll("'\\''", "~")).toBe(
      "exec /bin/busybox su -m -s /bin/sh -c 'exec ~/bin/run~ ~-x~ ~-c~' -- 'web'",
    );
  });

  test("without busybox the shell stays the first process, with what the image has for it", () => {
    const paths = (given: object, image = plain()) =>
      planInit(options({ supervise: true, ...given }), image).files.map(({ path }) => path);
    expect(paths({})).toEqual([
      "init",
      "usr/lib/bootwright/power-button",
      "usr/lib/bootwright/session",
    ]);
    const few = plain({ runs: "bin/sh bin/mount bin/sleep bin/setsid sbin/dhclient bin/ip" });
    expect(paths({ network: "dhcp" }, few)).toEqual([
      "init",
      "usr/lib/bootwright/network",
      "usr/lib/bootwright/session",
    ]);
    expect(scriptOf({ supervise: true, network: "dhcp" }, few)).not.toContain("power-button");
    expect(scriptOf({ supervise: true, consoles: ["ttyS0"] }, plain())).toContain(
      "\n/usr/bin/setsid -f /usr/lib/bootwright/session ttyS0\n",
    );
    expect(scriptOf({ supervise: true }, plain(), "usr/lib/bootwright/session")).toContain(
      '  /usr/bin/setsid -c -w /bin/sh -l <>"/dev/$1" >&0 2>&1\n',
    );
  });
});
