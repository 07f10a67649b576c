import type { InputProblem } from "../errors.ts";
import type { InitOptions } from "./options.ts";
import type { Programs } from "./programs.ts";

interface Image {
  readonly programs: Programs;
  has(path: string): boolean;
}

/** Why an image cannot be started as wished: programs that it lacks, and files of its own that already decide. */
export function initNeeds(init: InitOptions, { programs, has }: Image): InputProblem[] {
  const problems: InputProblem[] = [];
  const refuse = (property: string, reason: string) => problems.push({ property, reason });
  const need = (property: string, what: string, found: unknown, fix: string) => {
    if (!found) refuse(property, `the image has no ${what} (${fix})`);
  };
  if (has("init"))
    refuse("init", "the image has an /init of its own (leave init out to start that)");
  need("init", "/bin/sh", has("bin/sh"), "install busybox or dash in the Dockerfile");
  need("init", "mount", programs.call("mount"), "install busybox, or the package mount");
  if (!init.supervise) return problems;
  if (programs.applet("init")) problems.push(...busyboxNeeds(init, { programs, has }));
  else problems.push(...shellNeeds(init, { programs, has }));
  return problems;
}

function busyboxNeeds(init: InitOptions, { programs, has }: Image): InputProblem[] {
  const asked = {
    run: init.run !== "shell",
    consoles: init.consoles.length > 0,
    network: init.network !== "none",
    syslog: init.syslog,
  };
  if (has("etc/inittab"))
    return Object.entries(asked)
      .filter(([, wanted]) => wanted)
      .map(([key]) => ({
        property: `init.${key}`,
        reason: "is decided by the image's own /etc/inittab (remove one of the two)",
      }));
  const applets = {
    run:
      init.run === "login"
        ? ["getty"]
        : init.run === "shell" && init.consoles.length === 0
          ? ["cttyhack"]
          : [],
    network: init.network === "dhcp" ? ["udhcpc", "ip"] : [],
    syslog: init.syslog ? ["syslogd", "klogd"] : [],
  };
  return [
    ...Object.entries(applets).flatMap(([key, names]) =>
      names
        .filter((name) => !programs.applet(name))
        .map((name) => ({
          property: `init.${key}`,
          reason: `the image's busybox has no ${name} (take a busybox that was built with it)`,
        })),
    ),
    ...loginNeeds(init, has),
  ];
}

function shellNeeds(init: InitOptions, { programs, has }: Image): InputProblem[] {
  const problems = loginNeeds(init, has);
  const need = (property: string, names: readonly string[], fix: string) => {
    if (!names.some((name) => programs.call(name)))
      problems.push({
        property: `init.${property}`,
        reason: `the image has no ${names.join(" or ")} (install ${fix}, or busybox)`,
      });
  };
  need("supervise", ["sleep"], "coreutils");
  if (init.run !== "command" && !programs.own("setsid"))
    need("run", ["setsid of util-linux"], "util-linux");
  if (init.run === "login" && !programs.own("agetty")) need("run", ["agetty"], "util-linux");
  if (init.network === "dhcp") {
    need("network", ["dhcpcd", "dhclient", "udhcpc"], "one of them");
    need("network", ["ip"], "iproute2");
  }
  if (init.syslog && !programs.own("rsyslogd")) need("syslog", ["rsyslogd"], "rsyslog");
  return problems;
}

function loginNeeds({ run }: InitOptions, has: Image["has"]): InputProblem[] {
  if (run !== "login") return [];
  return [
    ["bin/login", "install the package login, or busybox with its links"],
    ["etc/passwd", "add one with the users that may log in"],
  ]
    .filter(([path]) => !has(path!))
    .map(([path, fix]) => ({ property: "init.run", reason: `the image has no /${path} (${fix})` }));
}
