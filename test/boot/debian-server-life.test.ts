import { execFileSync } from "node:child_process";
import { appendFile, cp, mkdir, mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aroundAll, expect, test } from "vitest";
import { despiteEngineFaults } from "../../provider/host/engine-fault.ts";
import { type Guest, startGuest } from "./guest.ts";
import { type BuiltMachine, buildMachine, debianServer } from "./machine.ts";
import { oneAtATime } from "./one-at-a-time.ts";

const gibibyte = 2 ** 30;
let machine: BuiltMachine;
/** A copy of the disk, in a folder that the machine may write to. */
let disk: string;
let folder: string;
let guest: Guest | undefined;

/** The example, with what growing needs, and with a program that has a capability. */
aroundAll(async (runTests) => {
  const home = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  try {
    const context = join(home, "context");
    await cp(debianServer, context, { recursive: true });
    await appendFile(join(context, "Dockerfile"), "RUN apt -y install fdisk iputils-ping\n");
    const source = { dockerfile: { context } };
    machine = await buildMachine({
      source,
      hostname: "web",
      network: "dhcp",
      growRootOnFirstBoot: true,
    });
    folder = join(home, "vm");
    await mkdir(folder);
    disk = join(folder, "disk.raw");
    execFileSync("cp", ["--sparse=always", machine.diskPath, disk]);
    execFileSync("chmod", ["u+w", disk]);
    await oneAtATime(machine.ctx.signal, runTests);
  } finally {
    await guest?.cutPower();
    await machine?.ctx.dispose();
    await rm(home, { recursive: true, force: true });
  }
});

async function boot(): Promise<Guest> {
  const started = await despiteEngineFaults(() => startGuest(machine.ctx.runner, disk, folder));
  guest = started;
  return started;
}

const running = (): Guest => guest!;
const say = async (commands: string): Promise<string> => (await running().run(commands)).trim();

/** GiB of the root filesystem and of its partition, rounded, as the running kernel sees them. */
async function sizesGiB(): Promise<{ filesystem: number; partition: number }> {
  const [bytes, sectors] = [
    await say("df --block-size=1 --output=size / | tail -n 1"),
    await say("cat /sys/class/block/vda1/size"),
  ].map(Number);
  return {
    filesystem: Math.round(bytes! / gibibyte),
    partition: Math.round((sectors! * 512) / gibibyte),
  };
}

test("the root partition and its filesystem grow to the disk at the first boot, and no unit fails", async () => {
  await truncate(disk, 4 * gibibyte);
  await boot();
  expect(await say("systemctl is-system-running --wait || systemctl --failed")).toBe("running");
  expect(await sizesGiB()).toEqual({ filesystem: 4, partition: 4 });
});

test("a program's capability in the image is one to the kernel", async () => {
  expect(await say("getcap /usr/bin/ping")).toBe("/usr/bin/ping cap_net_raw=ep");
});

test("the machine knows itself, localhost, and the name server that DHCP names", async () => {
  expect(await say("getent hosts localhost web")).toBe(
    "::1             localhost ip6-localhost ip6-loopback\n127.0.1.1       web",
  );
  await say("until grep nameserver /etc/resolv.conf; do sleep 1; done 2>/dev/null");
  expect(await say("cat /etc/resolv.conf")).toBe("nameserver 10.0.2.3");
});

test("what was synced survives a power cut in the middle of heavy writes", async () => {
  await say(`
    mkdir /kept
    cp --archive /usr/share /kept
    head --bytes=200M /dev/urandom >/kept/random
    find /kept -type f -print0 | xargs --null sha256sum >/kept.sums
    sync`);
  expect(Number(await say("wc --lines </kept.sums"))).toBeGreaterThan(5000);
  await say(`
    mkdir /torn
    while i=$((i + 1)); do
      cp --archive /etc /torn/etc-$i
      head --bytes=20M /dev/urandom >/torn/bytes-$i
      rm -rf /torn/*-$((i - 2))
      echo $i >/torn/round
    done >/dev/null 2>&1 &`);
  await say('until [ "$(cat /torn/round)" -ge 8 ]; do sleep 1; done 2>/dev/null');
  await running().cutPower();

  enlarge(6);
  await boot();
  expect(await say("dmesg | grep 'EXT4-fs (vda1)'")).toContain("recovery complete");
  await say("sha256sum --check --quiet /kept.sums");
});

/** Gives the disk, while it is off, a new size, and its one partition the rest of it. */
function enlarge(sizeGiB: number): void {
  execFileSync("truncate", [`--size=${sizeGiB}G`, disk]);
  execFileSync("sfdisk", ["--quiet", "-N", "1", disk], { input: ", +\n" });
}

test("the filesystem grows again when it is told to, online, and is clean after all of this", async () => {
  expect(await sizesGiB()).toEqual({ filesystem: 4, partition: 6 });
  await say("resize2fs /dev/vda1");
  expect(await sizesGiB()).toEqual({ filesystem: 6, partition: 6 });
  await say(`
    rm -r /torn /kept/share/doc
    cp --archive /usr/lib/x86_64-linux-gnu /kept/lib
    head --bytes=200M /dev/zero >/kept/zeros
    rm -r /kept/share
    sync`);
  const sum = await say("sha256sum </kept/random");
  await running().powerOff();

  const filesystem = `${disk}?offset=${machine.root.offsetBytes}`;
  execFileSync("e2fsck", ["-fn", filesystem], { stdio: "pipe" });
  execFileSync("sfdisk", ["--verify", disk], { stdio: "pipe" });
  execFileSync("debugfs", ["-R", `dump /kept/random ${folder}/random`, filesystem], {
    stdio: "pipe",
  });
  expect(execFileSync("sha256sum", [`${folder}/random`], { encoding: "utf8" })).toContain(
    sum.split(" ")[0],
  );
});
