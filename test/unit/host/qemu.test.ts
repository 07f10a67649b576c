import { expect, test } from "vitest";
import { type Machine, qemuArguments } from "../../../provider/host/qemu.ts";

const machine: Machine = { accelerator: "tcg", memoryMiB: 1024, cpus: 1, forwards: [] };

test("a disk boots through the BIOS with the console on stdio and a network that reaches nothing", () => {
  expect(
    qemuArguments({
      ...machine,
      disk: "/store/stages/1,2/overlay.qcow2",
      forwards: [
        { port: 20000, guestPort: 80 },
        { port: 20001, guestPort: 22 },
      ],
    }).join(" "),
  ).toMatchInlineSnapshot(
    `"-machine pc -accel tcg -cpu max -m 1024M -smp 1 -nodefaults -vga std -display none -serial stdio -monitor none -no-reboot -device virtio-rng-pci -nic user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:20000-:80,hostfwd=tcp:127.0.0.1:20001-:22 -drive file=/store/stages/1,,2/overlay.qcow2,format=qcow2,cache=unsafe,discard=unmap,if=virtio"`,
  );
});

test("a USB stick and a CD are what their machine starts from", () => {
  const usb = qemuArguments({ ...machine, disk: "/d", diskOn: "usb" });
  expect(usb.slice(usb.indexOf("-drive"))).toEqual([
    ...["-drive", "file=/d,format=qcow2,cache=unsafe,discard=unmap,if=none,id=stick"],
    ...["-device", "qemu-xhci"],
    ...["-device", "usb-storage,drive=stick,removable=on,bootindex=0"],
  ]);
  const cd = qemuArguments({ ...machine, cdrom: "/a,b" });
  expect(cd.slice(cd.indexOf("-drive"))).toEqual([
    ...["-drive", "file=/a,,b,format=raw,if=ide,media=cdrom,readonly=on"],
  ]);
});

test("a kernel boots without a disk", () => {
  const kernel = { path: "/k", initrd: "/i", commandLine: "console=ttyS0 quiet" };
  const args = qemuArguments({ ...machine, kernel });
  expect(args.slice(args.indexOf("-kernel"))).toEqual([
    ...["-kernel", "/k", "-append", "console=ttyS0 quiet", "-initrd", "/i"],
  ]);
  expect(args).not.toContain("-drive");
});

test("a machine with UEFI has its firmware and a file of variables as flash", () => {
  const uefi = { code: "/code", variables: "/store/stages/1,2/variables" };
  const args = qemuArguments({ ...machine, uefi, disk: "/d" });
  expect(args.filter((arg) => arg.includes("if=pflash"))).toEqual([
    "if=pflash,format=raw,readonly=on,file=/code",
    "if=pflash,format=raw,file=/store/stages/1,,2/variables",
  ]);
});

test("of a machine with Secure Boot only the firmware writes to its variables", () => {
  const uefi = { code: "/code", variables: "/variables", isSecure: true };
  const args = qemuArguments({ ...machine, uefi, disk: "/d" });
  expect(args.slice(0, 2)).toEqual(["-machine", "q35,smm=on"]);
  expect(args[args.indexOf("-global") + 1]).toBe("driver=cfi.pflash01,property=secure,value=on");
});

test("KVM runs the host's own processor", () => {
  const args = qemuArguments({ ...machine, accelerator: "kvm" });
  expect(args.slice(args.indexOf("-accel"), args.indexOf("-m"))).toEqual([
    ...["-accel", "kvm", "-cpu", "host"],
  ]);
});

test("a monitor listens on a socket beside QEMU, where one is wanted", () => {
  expect(qemuArguments(machine)).not.toContain("-qmp");
  const args = qemuArguments({ ...machine, monitor: "monitor" });
  expect(args[args.indexOf("-qmp") + 1]).toBe("unix:monitor,server=on,wait=off");
});
