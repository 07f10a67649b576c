import { constants } from "node:fs";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Runner } from "./tool.ts";

/**
 * A boot sector that goes from real mode to long mode with 1 GiB mapped (as a kernel does), writes to 28 MiB, runs 1000 times
 * `mov %cr3,%rax; mov %rax,%cr3; cpuid`, says P on the first serial port and halts. It says R and L on its way.
 */
const probeCode = `
  McCO2I7AjtC8AHC6+AOwUu76vwAQuQAYMcD886vHBgAQAyDHBgAgAzC/ADBmuIMAAABmiQVmBQAAIACDxwiB/wAyde5mDwEWyHxm
  uKAAAAAPIuBmuAAQAAAPIthmuYAAAMAPMmYNAAEAAA8wDyDAZg0BAACADyLAZuqAfAAACABmuvgDsEzuvwAAIAC5AAA4ALhVAAAA
  80iruegDAAAPINgPItgxwFEPolni8ma6+AOwUO706/1mkAAAAAAAAAAA//8AAACarwAPALh8AAA=`;

/** Real hardware takes a third of this; a KVM that is itself emulated takes longer than plain emulation. */
const probeSeconds = 3;

/** True when KVM boots faster than emulation does; asked once per boot of this machine. Only ever asked outside containers. */
export async function kvmWorks(
  runner: Runner,
  options: { storeRoot: string; folder: string },
): Promise<boolean> {
  try {
    await access("/dev/kvm", constants.R_OK | constants.W_OK);
  } catch {
    return false;
  }
  const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const note = join(options.storeRoot, "tools", `kvm-${bootId}`);
  const known = await readFile(note, "utf8").catch(() => "");
  if (known !== "") return known === "works";
  const works = await probe(runner, options.folder);
  // Without a QEMU nothing was seen of KVM.
  if (works === undefined) return false;
  await mkdir(join(options.storeRoot, "tools"), { recursive: true });
  await writeFile(note, works ? "works" : "does not work");
  return works;
}

/** The first MiB of a disk that begins with a boot sector. */
export function bootSectorDisk(code: Uint8Array): Buffer {
  const disk = Buffer.alloc(1024 * 1024);
  disk.set(code);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}

/** Whether it works; undefined where there is no QEMU to try it. */
async function probe(runner: Runner, folder: string): Promise<boolean | undefined> {
  const disk = join(folder, "kvm-probe.raw");
  await writeFile(disk, bootSectorDisk(Buffer.from(probeCode, "base64")));
  const drive = `file=${disk.replaceAll(",", ",,")},format=raw,if=virtio`;
  const running = await runner.start({
    tool: "qemu-system-x86_64",
    args: [
      ...["-machine", "pc", "-accel", "kvm", "-cpu", "host", "-m", "64M", "-nodefaults"],
      ...["-display", "none", "-serial", "stdio", "-monitor", "none", "-drive", drive],
    ],
    purpose: "to see whether KVM works",
    writes: folder,
    package: "qemu-system-x86",
  });
  running.stderr.resume();
  const passed = new Promise<boolean | undefined>((resolve) => {
    running.stdout.on("data", (chunk: Buffer) => {
      if (chunk.includes("P")) resolve(true);
    });
    void running.ended.then(({ exitCode }) => resolve(exitCode === 127 ? undefined : false));
  });
  try {
    return await Promise.race([passed, delay(probeSeconds * 1000, false, { ref: false })]);
  } finally {
    await running.stop();
  }
}
