import { describe, expect, test } from "vitest";
import {
  driverFindings,
  type KernelFacts,
  modulesIn,
} from "../../../provider/readiness/drivers.ts";
import type { Finding } from "../../../provider/readiness/findings.ts";
import { leftBehind, leftBehindRules } from "../../../provider/readiness/left-behind.ts";
import {
  networkFile,
  type SystemFacts,
  systemFindings,
} from "../../../provider/readiness/system.ts";
import { targets } from "../../../provider/readiness/targets.ts";
import type { Entry } from "../../../provider/tree/types.ts";

const told = (findings: readonly Finding[]) =>
  findings.map(({ path, level, message }) => `${level} ${path}: ${message}`);
const hyperV = ["hv_vmbus", "hv_storvsc", "hv_netvsc"];
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
      { initrd: { modules: new Set(["hv_vmbus", "hv_storvsc"]) } },
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
          ["HYPERV_NET", "y"],
        ]),
      },
      [],
    ],
    [
      "a disk's module that is not in the initrd",
      { initrd: { modules: new Set(["hv_vmbus"]) } },
      ["error initrd: it has no hv_storvsc, and without it the root filesystem is not found"],
    ],
    [
      "no driver at all",
      { modules: new Set(["virtio_net"]) },
      [
        "error /lib/modules/6.1: the kernel has no hv_vmbus, which Azure needs for the disk",
        "error /lib/modules/6.1: the kernel has no hv_storvsc, which Azure needs for the disk",
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
    expect(missing("gce")).toEqual(["virtio_pci", "virtio_scsi", "virtio_net"]);
    expect(missing("generic")).toEqual([]);
  });

  test("are found by their files' names, compressed or not", () => {
    expect([
      ...modulesIn(["a/hv-net.ko.xz", "kernel/drivers/hv/hv_vmbus.ko", "x.ko.txt", "y.ko.zst"]),
    ]).toEqual([...["hv_net", "hv_vmbus", "y"]]);
  });
});

const ready: SystemFacts = {
  commandLine: ["rw", "console=tty0", "console=ttyS0,115200"],
  fstab: "UUID=1 / ext4 defaults 0 1\nLABEL=data /data ext4\n",
  has: (path) => path === "usr/sbin/waagent",
  network: new Map([
    ["etc/systemd/network/10.network", "[Match]\nName=en*\n[Network]\nDHCP=yes\n"],
  ]),
};

describe("the system", () => {
  test.each<[string, Partial<SystemFacts>, string[]]>([
    ["that is ready", {}, []],
    ["without a serial console", { commandLine: ["console=ttyS1"] }, ["error commandLine"]],
    ["without an agent", { has: () => false }, ["warning /usr"]],
    [
      "with cloud-init, which is an agent and asks for an address",
      { has: (p) => p === "usr/bin/cloud-init", network: new Map() },
      [],
    ],
    [
      "without DHCP",
      { network: new Map([["etc/network/interfaces", "iface lo inet loopback"]]) },
      ["error /etc"],
    ],
    [
      "with DHCP by ifupdown",
      { network: new Map([["etc/network/interfaces", "iface eth0 inet dhcp"]]) },
      [],
    ],
    ["with DHCP by netplan", { network: new Map([["etc/netplan/a.yaml", "    dhcp4: true"]]) }, []],
    [
      "that mounts by a disk's name",
      { fstab: "# /dev/sda1 /\n/dev/sda1 / ext4\n/dev/nvme0n1p2 /x ext4\n" },
      ["error /etc/fstab", "error /etc/fstab"],
    ],
  ])("%s", (_title, more, expected) => {
    const found = systemFindings(targets.azure, { ...ready, ...more });
    expect(found.map(({ level, path }) => `${level} ${path}`)).toEqual(expected);
  });

  test("of any machine is only warned of a disk's name", () => {
    const bare = {
      commandLine: [],
      fstab: "/dev/vda1 / ext4",
      has: () => false,
      network: new Map(),
    };
    expect(systemFindings(targets.generic, bare).map(({ level }) => level)).toEqual(["warning"]);
  });

  test("is set up by the files of four programs", () => {
    const paths = [
      "etc/systemd/network/a.network",
      "etc/network/interfaces.d/b",
      "etc/netplan/c.yaml",
      "etc/inittab",
      "usr/lib/systemd/network/80.network",
    ];
    expect(paths.map((path) => networkFile.test(path))).toEqual([true, true, true, true, false]);
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
    ["a user's key", "home/a/.ssh/id_ed25519", "", ["error"]],
    ["a key by its content", "srv/app/server.pem", key, ["error"]],
    ["a certificate", "etc/ssl/certs/ca.pem", "-----BEGIN CERTIFICATE-----", []],
    ["a key that a package documents", "usr/share/doc/x/test.key", key, []],
    ["Debian's snake oil", "etc/ssl/private/ssl-cert-snakeoil.key", key, ["warning"]],
    ["a netrc", "root/.netrc", "", ["error"]],
    [
      "a registry's login",
      "root/.docker/config.json",
      '{"auths":{"x":{"auth":"YTpi"}}}',
      ["error"],
    ],
    ["a docker configuration without one", "root/.docker/config.json", '{"auths":{"x":{}}}', []],
    ["an npm token", "root/.npmrc", "//registry/:_authToken=1", ["error"]],
    ["npm's settings", "root/.npmrc", "fund=false", []],
    ["AWS's keys", "root/.aws/credentials", "", ["error"]],
    ["Azure's tokens", "home/u/.azure/msal_token_cache.json", "", ["error"]],
    ["Google's tokens", "root/.config/gcloud/credentials.db", "", ["error"]],
    ["a history", "root/.bash_history", "", ["warning"]],
    ["anything else", "etc/passwd", key, []],
  ])("%s", async (_title, path, content, expected) => {
    const found = await leftBehind([entry(path)], async () => content);
    expect(found.map(({ level }) => level)).toEqual(expected);
    for (const { fix } of found) expect(fix).toMatch(/^\S.*\S$/);
  });

  test("an empty file is nothing", async () => {
    expect(await leftBehind([entry("root/.netrc", 0)], async () => "")).toEqual([]);
  });

  test("every rule says what to do", () => {
    for (const { message, fix } of leftBehindRules) expect([message, fix]).not.toContain("");
  });
});
