import type { Finding } from "./findings.ts";
import type { SystemFacts } from "./system.ts";
import type { Target } from "./targets.ts";

/** Files that set a network up: systemd-networkd, ifupdown, netplan, cloud-init, and busybox's own start. */
export const networkFile =
  /^etc\/(systemd\/network\/[^/]+\.network|network\/interfaces(\.d\/[^/]+)?|netplan\/[^/]+\.yaml|cloud\/cloud\.cfg(\.d\/[^/]+\.cfg)?|inittab|init\.d\/[^/]+)$/;

/** A way to ask for an address: what its files say, and whether anything reads them. */
interface Way {
  readonly files: RegExp;
  readonly asks: RegExp;
  readonly isThere: (facts: SystemFacts) => boolean;
  readonly missing: string;
}

const networkd: Way = {
  files: /\.network$/,
  asks: /^[ \t]*DHCP[ \t]*=[ \t]*(yes|true|on|ipv4|1)/im,
  isThere: ({ starts }) => starts("systemd-networkd.service"),
  missing: "nothing starts systemd-networkd (systemctl enable systemd-networkd)",
};
const ways: readonly Way[] = [
  networkd,
  {
    files: /^etc\/network\//,
    asks: /^[ \t]*iface[ \t]+\S+[ \t]+inet[ \t]+dhcp/m,
    isThere: ({ has }) => has("sbin/ifup"),
    missing: "there is no ifup (apt-get install ifupdown)",
  },
  {
    files: /\.yaml$/,
    asks: /dhcp4\s*:\s*(true|yes|on)/i,
    isThere: ({ has }) => has("usr/sbin/netplan"),
    missing: "there is no netplan (apt-get install netplan.io)",
  },
  {
    files: /^etc\/init/,
    asks: /\budhcpc\b/,
    isThere: () => true,
    missing: "",
  },
];

/** Programs that ask for an address on every card unless told otherwise. */
const askers = ["usr/sbin/NetworkManager", "usr/sbin/dhcpcd", "sbin/dhcpcd"];

/** Whether something asks for an address by DHCP when the machine starts. */
export function networkFindings({ title }: Target, facts: SystemFacts): Finding[] {
  const files = [...facts.network];
  const told = ways.flatMap((way) =>
    files
      .filter(([path, text]) => way.files.test(path) && way.asks.test(text))
      .map(([path]) => ({ path, way })),
  );
  if (told.some(({ way }) => way.isThere(facts)) || askers.some(facts.has)) return [];
  if (cloudInitAsks(facts)) return [];
  const message = `nothing asks for an address by DHCP, which is how ${title} gives one`;
  const [first] = told;
  const why = first
    ? `: /${first.path} does, but ${first.way.missing}`
    : runsCloudInit(facts)
      ? ": cloud-init is told not to, or has neither systemd-networkd, netplan, ifup nor NetworkManager to do it with"
      : "";
  return [
    {
      ...{ path: "/etc", level: "error", message: `${message}${why}` },
      fix: 'set network: "dhcp" of the Rootfs, or set it up in the Dockerfile',
    },
  ];
}

/** True where cloud-init is installed and not switched off. */
export function runsCloudInit({ has }: SystemFacts): boolean {
  return (
    (has("usr/bin/cloud-init") || has("usr/local/bin/cloud-init")) &&
    !has("etc/cloud/cloud-init.disabled")
  );
}

/** cloud-init writes what another program does. */
function cloudInitAsks(facts: SystemFacts): boolean {
  const isTold = [...facts.network].some(
    ([path, text]) =>
      path.startsWith("etc/cloud/") &&
      /^network:\s*(\{\s*|#[^\n]*\n\s+)?config:\s*["']?disabled/m.test(text),
  );
  const renders =
    networkd.isThere(facts) || ["sbin/ifup", "usr/sbin/netplan"].some((path) => facts.has(path));
  return runsCloudInit(facts) && !isTold && renders;
}
