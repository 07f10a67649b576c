import { describe, expect, test } from "vitest";
import {
  driverFindings,
  type KernelFacts,
  modulesIn,
} from "../../../provider/readiness/drivers.ts";
import type { Finding } from "../../../provider/readiness/findings.ts";
import { leftBehind } from "../../../provider/readiness/left-behind.ts";
import { leftBehindRules } from "../../../provider/readiness/left-behind-rules.ts";
import { networkFile } from "../../../provider/readiness/network.ts";
import { keyMakers, type SystemFacts, systemFindings } from "../../../provider/readiness/system.ts";
import { targets } from "../../../provider/readiness/targets.ts";
import type { Entry } from "../../../provider/tree/types.ts";

const told = (findings: readonly Finding[]) =>
  findings.map(({ path, level, message }) => `${level} ${path}: ${message}`);
const hyperV = ["hv_vmbus", "hv_storvsc", "sd_mod", "hv_netvsc"];
const kernel = (more: Partial<KernelFacts> = {}): KernelFacts => ({
  version: "6.1",
  builtIn: new Set(),
  modules: new Set(hyperV),
  initrd: { modules: new Set(hyperV) },
  ...more,
});

describe("drivers", () => {
  test.each<[string, Partial<KernelFacts>, string[]]>([
    ["modules, in the initrd as well", {}, []],
    [
      "the network's module only in the tree",
      { initrd: { modules: new Set(["hv_vmbus", "hv_storvsc", "sd_mod"]) } },
      [],
    ],
    [
      "built in, without an initrd",
      { builtIn: new Set(hyperV), modules: new Set(), initrd: undefined as never },
      [],
    ],
    [
      "built in by the configuration of a kernel that is not in the tree",
      {
        ...{ version: "", modules: new Set() },
        config: new Map([
          ["HYPERV", "y"],
          ["HYPERV_STORAGE", "y"],
          ["BLK_DEV_SD", "y"],
          ["HYPERV_NET", "y"],
        ]),
      },
      [],
    ],
    [
      "a disk's module that is not in the initrd",
      { initrd: { modules: new Set(["hv_vmbus", "sd_mod"]) } },
      ["error initrd: it has no hv_storvsc, and without it the root filesystem is not found"],
    ],
    [
      "modules of disks without an initrd",
      { initrd: undefined as never },
      ["hv_vmbus", "hv_storvsc", "sd_mod"].map(
        (module) =>
          `error initrd: there is none, and ${module}, without which the root filesystem is not found, is a module`,
      ),
    ],
    [
      "no driver at all",
      { modules: new Set(["virtio_net"]) },
      [
        "error /lib/modules/6.1: the kernel has no hv_vmbus, which Azure needs for the disk",
        "error /lib/modules/6.1: the kernel has no hv_storvsc, which Azure needs for the disk",
        "error /lib/modules/6.1: the kernel has no sd_mod, which Azure needs for the disk",
        "error /lib/modules/6.1: the kernel has no hv_netvsc, which Azure needs for the network",
      ],
    ],
    ["no kernel", { version: "" }, ["error /boot: there is no kernel in the tree"]],
    [
      "an initrd that cannot be read",
      { initrd: { unreadable: "it is lz4" } },
      ["warning initrd: its modules could not be looked at: it is lz4"],
    ],
  ])("%s", (_title, more, expected) => {
    expect(told(driverFindings(targets.azure, kernel(more)))).toEqual(expected);
  });

  test("are asked for by each cloud in its own way, and by none for any machine", () => {
    const none = kernel({ modules: new Set() });
    const missing = (name: keyof typeof targets) =>
      driverFindings(targets[name], none).map(({ message }) => /no (\w+)/.exec(message)?.[1]);
    expect(missing("aws")).toEqual(["nvme", "ena"]);
    expect(missing("gce")).toEqual(["virtio_pci", "virtio_scsi", "sd_mod", "virtio_net"]);
    expect(missing("generic")).toEqual([]);
  });

  test("are found by their files' names, compressed or not", () => {
    expect([
      ...modulesIn(["a/hv-net.ko.xz", "kernel/drivers/hv/hv_vmbus.ko", "x.ko.txt", "y.ko.zst"]),
    ]).toEqual([...["hv_net", "hv_vmbus", "y"]]);
  });
});

const paths =
  (...there: string[]) =>
  (path: string) =>
    there.includes(path);
const ready: SystemFacts = {
  commandLine: ["rw", "root=UUID=1", "console=tty0", "console=ttyS0,115200"],
  fstab: "UUID=1 / ext4 defaults 0 1\nLABEL=data /data ext4\n/dev/sr0 /media iso9660\n",
  passwd: "root:x:0:0:root:/root:/bin/sh\nbin:*:2:2:bin:/bin:/bin/false\n+::::::\n",
  shadow: "root:*:20000:0:99999:7:::\ndaemon:!:20000::::::\n",
  has: paths("usr/sbin/waagent"),
  starts: paths("systemd-networkd.service"),
  hostKeys: false,
  network: new Map([
    ["etc/systemd/network/10.network", "[Match]\nName=en*\n[Network]\nDHCP=yes\n"],
  ]),
};
const cloudInit = (...more: string[]) => ({
  has: paths("usr/bin/cloud-init", ...more),
  network: new Map([["etc/cloud/cloud.cfg", "users: [default]\n"]]),
  starts: () => false,
});
const ifupdown = new Map([["etc/network/interfaces", "iface eth0 inet dhcp"]]);
const netplan = new Map([["etc/netplan/a.yaml", "    dhcp4: true"]]);
const nothing = "nothing asks for an address by DHCP, which is how Azure gives one";

describe("the system", () => {
  test.each<[string, Partial<SystemFacts>, string[]]>([
    ["that is ready", {}, []],
    [
      "without a serial console",
      { commandLine: ["console=ttyS1"] },
      [
        "error commandLine: the kernel says nothing on the serial port, which is all that Azure shows of a machine that does not start",
      ],
    ],
    [
      "without an agent",
      { has: () => false },
      [
        "warning /usr: there is no agent for Azure: Azure waits for its report and then takes the machine for failed, unless the image is registered as specialized",
      ],
    ],
    [
      "with an SSH server for which nothing makes host keys",
      { has: paths("usr/sbin/sshd") },
      [
        "warning /usr: there is no agent for Azure",
        "warning /etc/ssh: sshd has no host keys, and nothing makes them: it will not start",
      ],
    ],
    [
      "with an SSH server that has host keys",
      { has: paths("usr/sbin/sshd"), hostKeys: true },
      ["warning /usr"],
    ],
    [
      "with an SSH server for which Azure's agent makes host keys",
      { has: paths("usr/sbin/sshd", "usr/sbin/waagent") },
      [],
    ],
    ["with cloud-init and ifupdown", cloudInit("sbin/ifup"), []],
    [
      "with cloud-init and systemd-networkd",
      { ...cloudInit(), starts: paths("systemd-networkd.service") },
      [],
    ],
    [
      "with cloud-init, which has nothing to set the network up with",
      cloudInit(),
      [
        `error /etc: ${nothing}: cloud-init is told not to, or has neither systemd-networkd, netplan, ifup nor NetworkManager to do it with`,
      ],
    ],
    [
      "with cloud-init, which is told to leave the network alone",
      {
        ...cloudInit("sbin/ifup"),
        network: new Map([["etc/cloud/cloud.cfg.d/9.cfg", "network:\n  config: disabled\n"]]),
      },
      [
        `error /etc: ${nothing}: cloud-init is told not to, or has neither systemd-networkd, netplan, ifup nor NetworkManager to do it with`,
      ],
    ],
    [
      "with cloud-init that is told so where systemd-networkd asks",
      {
        has: paths("usr/bin/cloud-init"),
        network: new Map([
          ...ready.network,
          ["etc/cloud/cloud.cfg.d/9.cfg", "network: { config: disabled }\n"],
        ]),
      },
      [],
    ],
    [
      "with cloud-init that is switched off",
      { ...cloudInit("sbin/ifup", "etc/cloud/cloud-init.disabled") },
      ["warning /usr: there is no agent for Azure", `error /etc: ${nothing}`],
    ],
    [
      "without DHCP",
      { network: new Map([["etc/network/interfaces", "iface lo inet loopback"]]) },
      [`error /etc: ${nothing}`],
    ],
    [
      "with DHCP by ifupdown",
      { has: paths("usr/sbin/waagent", "sbin/ifup"), network: ifupdown },
      [],
    ],
    [
      "with DHCP by an ifupdown that is not there",
      { network: ifupdown },
      [
        `error /etc: ${nothing}: /etc/network/interfaces does, but there is no ifup (apt-get install ifupdown)`,
      ],
    ],
    [
      "with DHCP by netplan",
      { has: paths("usr/sbin/waagent", "usr/sbin/netplan"), network: netplan },
      [],
    ],
    [
      "with DHCP by a netplan that is not there",
      { network: netplan },
      [
        `error /etc: ${nothing}: /etc/netplan/a.yaml does, but there is no netplan (apt-get install netplan.io)`,
      ],
    ],
    [
      "with DHCP by a systemd-networkd that nothing starts",
      { starts: () => false },
      [
        `error /etc: ${nothing}: /etc/systemd/network/10.network does, but nothing starts systemd-networkd (systemctl enable systemd-networkd)`,
      ],
    ],
    [
      "with DHCP by NetworkManager",
      { has: paths("usr/sbin/waagent", "usr/sbin/NetworkManager"), network: new Map() },
      [],
    ],
    ["with DHCP by busybox", { network: new Map([["etc/inittab", "::respawn:udhcpc -f"]]) }, []],
    [
      "that mounts by a disk's name",
      { fstab: "# /dev/sda1 /\n/dev/sda1 / ext4\n/dev/nvme0n1p2 /x ext4 defaults,nofail\n" },
      [
        "error /etc/fstab: /dev/sda1 may be another disk there",
        "warning /etc/fstab: /dev/nvme0n1p2 may be another disk there",
      ],
    ],
    [
      "whose root is a disk's name",
      { commandLine: [...ready.commandLine, "root=/dev/vda1"] },
      ["error commandLine: /dev/vda1 may be another disk there"],
    ],
    [
      "with passwords",
      { shadow: "root::20000::::::\nadmin:$y$j9T$a$b:20000::::::\nlocked:!$6$x:20000::::::\n" },
      [
        "warning /etc/shadow: root needs no password: whoever reaches a console is in",
        "warning /etc/shadow: admin has the same password on every machine",
      ],
    ],
    [
      "with accounts that have no shadow",
      { passwd: "root::0:0:root:/root:/bin/sh\nu:$1$a$b:1:1::/:/bin/sh\n", shadow: "" },
      [
        "warning /etc/passwd: root needs no password: whoever reaches a console is in",
        "warning /etc/passwd: u has the same password on every machine",
      ],
    ],
  ])("%s", (_title, more, expected) => {
    const found = systemFindings(targets.azure, { ...ready, ...more });
    expect(found).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) expect(told(found)[index]).toContain(text);
    for (const { fix } of found) expect(fix).toMatch(/^\S.*\S$/);
  });

  // Otherwise minutes: more than a test may take.
  test.each(["etc/systemd/network/a.network", "etc/network/interfaces", "etc/cloud/cloud.cfg"])(
    "is gone through once where %s is a megabyte of empty lines",
    (path) => {
      const network = new Map([[path, `network:${"\n".repeat(1 << 20)}`]]);
      const found = systemFindings(targets.azure, { ...ready, ...cloudInit("sbin/ifup"), network });
      expect(found).toEqual([]);
    },
  );

  test("of AWS and Google Cloud wants the same console, agent and network", () => {
    const bare = { ...ready, commandLine: [], has: () => false, network: new Map() };
    for (const target of [targets.aws, targets.gce])
      expect(systemFindings(target, bare).map(({ level, path }) => `${level} ${path}`)).toEqual([
        "error commandLine",
        "warning /usr",
        "error /etc",
      ]);
    const agent = { ...ready, has: paths("usr/bin/google_guest_agent") };
    expect(systemFindings(targets.gce, agent)).toEqual([]);
    expect(systemFindings(targets.aws, agent).map(({ path }) => path)).toEqual(["/usr"]);
  });

  test("of any machine is only warned of a disk's name", () => {
    const bare = {
      ...{ ...ready, commandLine: ["root=/dev/sda1"], fstab: "/dev/vda1 / ext4" },
      ...{ has: () => false, network: new Map() },
    };
    const found = systemFindings(targets.generic, bare);
    expect(found.map(({ level }) => level)).toEqual(["warning", "warning"]);
  });

  test("may make host keys where services are", () => {
    const given = [
      "etc/systemd/system/new-keys.service",
      "usr/lib/systemd/system/sshd-keygen@.service",
      "etc/init.d/sshd",
      "usr/lib/systemd/system/cron.service",
    ];
    expect(given.map((path) => keyMakers.test(path))).toEqual([true, true, true, false]);
  });

  test("is set up by the files of five programs", () => {
    const given = [
      "etc/systemd/network/a.network",
      "etc/network/interfaces.d/b",
      "etc/netplan/c.yaml",
      "etc/cloud/cloud.cfg.d/d.cfg",
      "etc/inittab",
      "usr/lib/systemd/network/80.network",
    ];
    expect(given.map((path) => networkFile.test(path))).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
  });
});

describe("what is left behind", () => {
  const entry = (path: string, size = 9): Entry => ({
    ...{ kind: "entry", path, type: "file", size },
    ...{ mode: 0o600, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 },
  });
  const key = "-----BEGIN OPENSSH PRIVATE KEY-----";
  test.each<[string, string, string, string[]]>([
    ["an SSH host key", "etc/ssh/ssh_host_rsa_key", "", ["error"]],
    ["the public half of one", "etc/ssh/ssh_host_rsa_key.pub", "", []],
    ["a machine id", "etc/machine-id", `${"a".repeat(32)}\n`, ["error"]],
    ["a machine id to be made", "etc/machine-id", "uninitialized\n", []],
    ["Dropbear's host key", "etc/dropbear/dropbear_ed25519_host_key", "", ["error"]],
    ["systemd's random seed", "var/lib/systemd/random-seed", "", ["error"]],
    ["a user's key", "home/a/.ssh/id_ed25519", "", ["error"]],
    ["a user's key by another name", "home/a/.ssh/deploy", key, ["error"]],
    ["who may log in, and known hosts", "root/.ssh/known_hosts", "host ssh-ed25519 AAAA", []],
    ["a PGP key", "root/.gnupg/private-keys-v1.d/AB.key", "(private-key", ["error"]],
    ["a key for WireGuard", "etc/wireguard/wg0.conf", "[Interface]\nPrivateKey = x\n", ["error"]],
    ["a key by its content", "srv/app/server.pem", key, ["error"]],
    ["a key in a folder of the image's own", "app/certs/tls.key", key, ["error"]],
    ["a key below /usr/local", "usr/local/etc/tls.key", key, ["error"]],
    ["PuTTY's key", "home/a/key.ppk", "PuTTY-User-Key-File-3: ssh-rsa\n", ["error"]],
    ["a PGP key in text", "root/a.asc", "-----BEGIN PGP PRIVATE KEY BLOCK-----", ["error"]],
    ["a key that Python tests itself with", "usr/lib/python3.11/test/ssl_key.pem", key, []],
    [
      "a key that a Python package tests itself with",
      "opt/venv/lib/python3.11/site-packages/tornado/test/test.key",
      key,
      [],
    ],
    ["a key of a Node package", "app/node_modules/public-encrypt/test/rsa.pem", key, []],
    ["a certificate", "etc/ssl/certs/ca.pem", "-----BEGIN CERTIFICATE-----", []],
    ["a key that a package documents", "usr/share/doc/x/test.key", key, []],
    ["Debian's snake oil", "etc/ssl/private/ssl-cert-snakeoil.key", key, ["warning"]],
    ["a netrc", "root/.netrc", "", ["error"]],
    ["git's credentials", "root/.git-credentials", "", ["error"]],
    ["Kubernetes' credentials", "root/.kube/config", "", ["error"]],
    ["Pulumi's credentials", "root/.pulumi/credentials.json", "{}", ["error"]],
    ["apt's login", "etc/apt/auth.conf.d/x.conf", "machine a login b password c", ["error"]],
    ["apt's login, without one", "etc/apt/auth.conf", "# none\n", []],
    [
      "a password in apt's sources",
      "etc/apt/sources.list",
      "deb https://u:p@host/ x main",
      ["error"],
    ],
    ["apt's sources", "etc/apt/sources.list", "deb http://deb.debian.org:80/debian x main", []],
    [
      "a password in git's remote",
      "srv/app/.git/config",
      "url = https://u:p@host/x.git",
      ["error"],
    ],
    ["podman's login", "root/.config/containers/auth.json", '{"a":{"auth":"YTpi"}}', ["error"]],
    [
      "a registry's login",
      "root/.docker/config.json",
      '{"auths":{"x":{"auth":"YTpi"}}}',
      ["error"],
    ],
    ["a docker configuration without one", "root/.docker/config.json", '{"auths":{"x":{}}}', []],
    ["an npm token", "root/.npmrc", "//registry/:_authToken=1", ["error"]],
    ["an npm token of the environment", "root/.npmrc", "//registry/:_authToken=$\u007bTOKEN}", []],
    ["npm's settings", "root/.npmrc", "fund=false", []],
    ["AWS's keys", "root/.aws/credentials", "", ["error"]],
    ["AWS's keys in its settings", "root/.aws/config", "aws_secret_access_key = a", ["error"]],
    ["AWS's settings", "root/.aws/config", "[default]\nregion = eu-west-1\n", []],
    ["a cloud's keys for an application", "app/.env", "AWS_SECRET_ACCESS_KEY=a", ["error"]],
    ["an application's settings", "app/.env", "PORT=80\nAZURE_CLIENT_SECRET=\n", []],
    ["what Azure told a machine", "var/lib/waagent/ovf-env.xml", "", ["error"]],
    ["a key of Azure's agent", "var/lib/waagent/ABC.prv", "", ["error"]],
    [
      "a service account of Google's",
      "app/account.json",
      '{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----"}',
      ["error"],
    ],
    ["any other JSON", "app/package.json", '{"type": "module"}', []],
    ["Azure's tokens", "home/u/.azure/msal_token_cache.json", "", ["error"]],
    ["Google's tokens", "root/.config/gcloud/credentials.db", "", ["error"]],
    ["a history", "root/.bash_history", "", ["warning"]],
    ["a history of a database", "home/u/.psql_history", "", ["warning"]],
    ["what cloud-init has done", "var/lib/cloud/data/instance-id", "", ["warning"]],
    ["cards by their addresses", "etc/udev/rules.d/70-persistent-net.rules", "", ["warning"]],
    ["anything else", "etc/passwd", key, []],
  ])("%s", async (_title, path, content, expected) => {
    const found = await leftBehind([entry(path)], async () => content);
    expect(found.map(({ level }) => level)).toEqual(expected);
    for (const { fix } of found) expect(fix).toMatch(/^\S.*\S$/);
  });

  test("another name of a file is looked at as well", async () => {
    const link = { ...entry("root/.ssh/key", 0), type: "link" as const, target: "tmp/key" };
    expect(await leftBehind([link], async () => key)).toHaveLength(1);
  });

  // Otherwise minutes: more than a test may take.
  test.each<[string, string, string]>([
    ["empty lines", "etc/wireguard/a.conf", "\n".repeat(1 << 20)],
    ["halves of a service account", "app/a.json", '"type":"service_account"'.repeat(1 << 16)],
  ])("a megabyte of %s is gone through once, not once for each", async (_title, path, content) => {
    expect(await leftBehind([entry(path)], async () => content)).toEqual([]);
  });

  test("an empty file is nothing", async () => {
    expect(await leftBehind([entry("root/.netrc", 0)], async () => "")).toEqual([]);
  });

  test("every rule says what to do", () => {
    for (const { message, fix } of leftBehindRules) expect([message, fix]).not.toContain("");
  });
});
