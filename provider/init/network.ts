import { scriptHead } from "./init-script.ts";
import { type Programs, searchPath } from "./programs.ts";

/** Where our scripts are in the machine. */
export const scriptFolder = "usr/lib/bootwright";

/** Asks for an address on every Ethernet card (type 1 of if_arp.h); `client` is a command line that the card's name ends. */
export function networkScript(client: string, programs: Programs): string[] {
  const ip = programs.call("ip");
  return [
    ...scriptHead,
    `export PATH=${searchPath}`,
    `${ip} link set lo up`,
    "for card in /sys/class/net/*; do",
    '  read -r type <"$card/type" && [ "$type" = 1 ] || continue',
    `  card=\${card##*/}`,
    `  ${ip} link set "$card" up`,
    `  ${client} "$card" &`,
    "done",
  ];
}

/** udhcpc in the foreground, told what to do with what it learns. */
export function udhcpcCall(udhcpc: string): string {
  return `${udhcpc} -f -S -s /${scriptFolder}/lease -i`;
}

/** What udhcpc calls: the address, the first router, name servers. It has checked what is in the variables. */
export function leaseScript(programs: Programs): string[] {
  const ip = programs.call("ip");
  return [
    ...scriptHead,
    "set -f",
    'case "$1" in',
    "deconfig)",
    `  ${ip} addr flush dev "$interface"`,
    `  ${ip} link set "$interface" up`,
    "  ;;",
    "bound | renew)",
    `  ${ip} addr flush dev "$interface"`,
    `  ${ip} addr add "$ip/\${mask:-24}" dev "$interface"`,
    "  for gateway in $router; do",
    `    ${ip} route add default via "$gateway" dev "$interface"`,
    "    break",
    "  done",
    // A card whose network names no server leaves what another card's has named.
    '  [ -z "$dns" ] || {',
    '    [ -z "$domain" ] || printf \'search %s\\n\' "$domain"',
    "    for server in $dns; do printf 'nameserver %s\\n' \"$server\"; done",
    "  } >/etc/resolv.conf",
    '  [ "$1" = renew ] || echo "$interface has the address $ip"',
    "  ;;",
    "esac",
  ];
}
