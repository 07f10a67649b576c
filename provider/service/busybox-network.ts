import { text } from "../image/machine-file.ts";
import { leaseScript, scriptFolder } from "../init/network.ts";
import type { Programs } from "../init/programs.ts";

/** DHCP without systemd: what busybox's init waits for before it starts services, and what udhcpc then calls. */
export function busyboxNetwork(programs: Programs) {
  const [ip, udhcpc] = [programs.call("ip"), programs.call("udhcpc")];
  const script = `#!/bin/sh
# Asks for an address on every Ethernet card, and goes on asking behind what follows where none comes at once.
for card in /sys/class/net/*; do
  [ -e "$card/device" ] && read -r type <"$card/type" && [ "$type" = 1 ] || continue
  ${ip} link set "\${card##*/}" up
  ${udhcpc} -b -i "\${card##*/}" -s /${scriptFolder}/lease
done
`;
  return {
    lines: [`::wait:/${scriptFolder}/network`],
    files: [
      text(`${scriptFolder}/network`, script, 0o755),
      text(`${scriptFolder}/lease`, `${leaseScript(programs).join("\n")}\n`, 0o755),
    ],
  };
}
