import { text } from "../image/machine-file.ts";

const networkScript = `#!/bin/sh
# Asks for an address on every Ethernet card, and goes on asking behind what follows where none comes at once.
for card in /sys/class/net/*; do
  [ -e "$card/device" ] && [ "$(cat "$card/type")" = 1 ] || continue
  ip link set "\${card##*/}" up
  udhcpc -b -i "\${card##*/}" -s /usr/lib/bootwright/take-address
done
`;

const addressScript = `#!/bin/sh
# Does what a DHCP server has said; udhcpc hands it over in variables.
case $1 in
  deconfig) ip addr flush dev "$interface" ;;
  bound | renew)
    ifconfig "$interface" "$ip" netmask "$subnet" up
    for gateway in $router; do
      route add default gw "$gateway" dev "$interface" 2>/dev/null || true
      break
    done
    {
      [ -z "$domain" ] || echo "search $domain"
      for server in $dns; do echo "nameserver $server"; done
    } >/etc/resolv.conf
    ;;
esac
`;

/** DHCP without systemd, through busybox's udhcpc: what init waits for before it starts services. */
export const busyboxNetwork = {
  lines: ["::wait:/usr/lib/bootwright/network"],
  files: [
    text("usr/lib/bootwright/network", networkScript, 0o755),
    text("usr/lib/bootwright/take-address", addressScript, 0o755),
  ],
};
