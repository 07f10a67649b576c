import type { InputProblem } from "../errors.ts";
import type { OsRelease } from "../tree/os-release.ts";

/** Parts of a machine that an image may lack. */
export interface Parts {
  readonly kernel: boolean;
  readonly init: boolean;
}

/** What a distribution is given, in groups that are installed one after the other. */
interface Distribution {
  readonly manager: keyof typeof managers;
  readonly kernel: readonly string[];
  readonly init: readonly string[];
}

/** What makes the initrd comes before the kernel: the kernel's package then has one made, once. zstd packs it. */
const initrdMaker = ["initramfs-tools", "zstd"];

/** A bootable server by Debian's names: udev starts the serial login, dbus is what systemctl asks, the rest checks and grows the disk. */
const debianInit = ["systemd-sysv", "udev", "dbus", "login", "e2fsprogs", "fdisk"];

/** The distributions by ID of os-release(5); a derivative with packages of other names needs a line of its own. */
const distributions: Readonly<Record<string, Distribution>> = {
  debian: { manager: "apt", kernel: ["linux-image-amd64"], init: debianInit },
  // The generic kernel's package takes half a gigabyte of firmware along.
  ubuntu: { manager: "apt", kernel: ["linux-image-virtual"], init: debianInit },
};

/** Package managers: a program that shows one is there, and a shell line of constants that installs groups of packages. */
const managers = {
  apt: {
    program: "usr/bin/apt-get",
    /** Neither lists nor archives come into the layer. */
    scratch: ["/var/lib/apt/lists", "/var/cache/apt"],
    commands: (groups: readonly (readonly string[])[]) => [
      "apt-get update",
      ...groups.map(
        (names) =>
          `apt-get install --yes --no-install-recommends --option Dpkg::Options::=--force-confold ${names.join(" ")}`,
      ),
    ],
  },
} as const;

/** The Dockerfile, on a stage called `base`, that gives an image its distribution's parts, or why there is none. */
export function planInstall(
  { kernel, init }: Parts,
  image: { readonly osRelease: OsRelease; has(path: string): boolean },
  sourceDateEpoch: number,
): { dockerfile: string } | { problem: InputProblem } {
  const { id, prettyName } = image.osRelease;
  const distribution = Object.hasOwn(distributions, id) ? distributions[id] : undefined;
  if (!distribution)
    return refusal(
      id === ""
        ? "the image does not say what distribution it is (it has no os-release)"
        : `the image is ${JSON.stringify(prettyName || id)} (ID ${JSON.stringify(id)})`,
    );
  const manager = managers[distribution.manager];
  if (!image.has(manager.program))
    return refusal(`the image has no /${manager.program} to install packages with`);
  const groups = [
    [...(kernel ? initrdMaker : []), ...(init ? distribution.init : [])],
    ...(kernel ? [distribution.kernel] : []),
  ];
  const script = manager.commands(groups).join(" && ");
  const mounts = manager.scratch.map((folder) => `--mount=type=tmpfs,target=${folder}`);
  const lines = [
    "FROM base",
    // Users and the initrd then hold this time instead of now.
    `ENV DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=${sourceDateEpoch}`,
    `RUN ${mounts.join(" ")} ${JSON.stringify(["/bin/sh", "-euc", script])}`,
  ];
  return { dockerfile: `${lines.join("\n")}\n` };
}

function refusal(what: string): { problem: InputProblem } {
  const known = Object.keys(distributions).join(", ");
  return {
    problem: {
      property: "install",
      reason: `${what}: kernel and init can be installed in ${known} (install them in the Dockerfile instead)`,
    },
  };
}
