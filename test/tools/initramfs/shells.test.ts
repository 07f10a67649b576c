import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { initSchema } from "../../../provider/init/options.ts";
import { planInit } from "../../../provider/init/plan-init.ts";
import { findPrograms } from "../../../provider/init/programs.ts";
import { quoted } from "../../../provider/init/quote.ts";

const applets = new Set(
  "acpid busybox cttyhack getty init ip klogd mdev mkdir modprobe mount nsenter reboot sleep su syslogd udhcpc umount".split(
    " ",
  ),
);
const withBusybox = findPrograms({ busybox: { path: "/bin/busybox", applets }, runs: () => false });
const withoutBusybox = findPrograms({ runs: () => true });

/** Texts that a careless script would run, split, expand or end at. */
const nasty = [
  "it's",
  "'; touch broken-out; '",
  `$(touch broken-out) \`touch broken-out\` \${HOME} $HOME`,
  'a "quoted" \\ back\\slash \\n %s %%',
  "two\nlines\n",
  "",
  " spaces  and\ttabs ",
  "* ? [a-z] ~ # ! & | ; < > ( )",
  "-n",
  "ä \u2028 \u{1f600}",
];
const shells: readonly (readonly [string, string])[] = [
  ["dash", "-u"],
  ["bash", "--posix"],
  ["busybox", "sh"],
];

describe.each(shells)("%s %s", (shell, option) => {
  test("finds a fault where there is one", async () => {
    await expect(execa(shell, [option, "-n"], { input: "if true; then\n" })).rejects.toThrow();
  });

  test("takes a quoted text as one word, whatever it holds", async () => {
    const script = `printf '%s\\0' ${nasty.map(quoted).join(" ")}`;
    const { stdout } = await execa(shell, [option, "-c", script]);
    expect(stdout.split("\0").slice(0, -1)).toEqual(nasty);
  });

  test.each([
    ["busybox", withBusybox],
    ["programs of their own", withoutBusybox],
  ])("finds no fault with the scripts for an image with %s", async (_what, programs) => {
    const config = { env: nasty.map((text, i) => `V${i}=${text}`), entrypoint: nasty, cmd: [] };
    const image = {
      programs,
      accounts: { passwd: "web:x:7:7::/:/bin/sh", group: "g:x:8:web" },
      has: (path: string) => path !== "init" && path !== "etc/inittab",
    };
    for (const init of [
      {},
      { run: "command" },
      { supervise: true, network: "dhcp", syslog: true, welcome: "it's $(x)" },
      { supervise: true, run: "login" },
      { supervise: true, run: "login", consoles: ["ttyS0", "tty1"] },
      { supervise: true, run: "command" },
    ]) {
      const { files, problems } = planInit(initSchema.parse(init), image, {
        ...{ ...config, user: "web", workingDir: "/srv/it's" },
      });
      expect(problems).toEqual([]);
      for (const { path, content } of files) {
        if (path === "etc/inittab") continue;
        const input = Buffer.from(content ?? []);
        await execa(shell, [option, "-n"], { input });
      }
    }
  });
});
