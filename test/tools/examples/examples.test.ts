import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";

// The plugins of these programs need not be installed: what is shown is how their resources join.
async function allRegisteredBy(example: string, env: Record<string, string> = {}) {
  const program = join(import.meta.dirname, "../../../examples", example, "index.ts");
  const runner = join(import.meta.dirname, "run-with-mocks.ts");
  const { stdout } = await execa(process.execPath, [runner, program], { env });
  return JSON.parse(stdout) as { type: string; name: string; inputs: Record<string, unknown> }[];
}

async function registeredBy(example: string) {
  const all = await allRegisteredBy(example);
  return (end: string) => all.find(({ type }) => type.endsWith(end))?.inputs;
}

test("an image of @pulumi/docker is what Rootfs reads, and @pulumi/command checks the disk whose digest triggers it", async () => {
  const inputsOf = await registeredBy("with-docker-and-command");
  expect(inputsOf(":Rootfs")?.source).toEqual({ image: `web@sha256:${"b".repeat(64)}` });
  expect(inputsOf(":Command")).toMatchObject({
    create: "./check-disk",
    triggers: [`sha256:${"a".repeat(64)}`],
  });
});

test("the blob of a proven machine becomes an Azure image, and that a virtual machine", async () => {
  const inputsOf = await registeredBy("azure-vm");
  expect(inputsOf(":AzurePageBlob")).toMatchObject({
    accountUrl: "https://images.blob.core.windows.net/",
    proof: { imageDigest: `sha256:${"a".repeat(64)}` },
  });
  expect(inputsOf("compute:Image")?.storageProfile).toMatchObject({
    osDisk: { blobUri: "https://images.example/web-blob.vhd" },
  });
  expect(inputsOf(":VirtualMachine")?.storageProfile).toMatchObject({
    imageReference: { id: "web-id" },
  });
});

test("a whole image is the initramfs of a machine that starts directly, and from disks with and without a menu", async () => {
  const all = await allRegisteredBy("tiny-busybox");
  const of = (name: string) => all.find((resource) => resource.name === name)?.inputs;
  expect(of("kernel")).toMatchObject({ preset: "tiny-serial" });
  expect(of("initramfs")).toMatchObject({ tree: { kind: "disk" }, init: { supervise: true } });
  expect(of("boots-directly")).toMatchObject({ kernel: { kind: "disk" }, memoryMiB: 128 });
  expect(of("disk-loader")).toMatchObject({ type: "syslinux", menuTitle: "A tiny Linux" });
  expect(of("plain-loader")).not.toHaveProperty("menuTitle");
  expect(of("small-layout")).toMatchObject({ diskSizeMiB: 4 });
});

test("one disk goes to Azure, Google Cloud and QEMU, is looked at for each cloud first, and is sent with its proof", async () => {
  const config = JSON.stringify({ "examples:azureConnectionString": "an account" });
  const all = await allRegisteredBy("cloud-hybrid", { PULUMI_CONFIG: config });
  const of = (name: string) => all.find((resource) => resource.name === name)?.inputs;
  for (const format of ["vhd", "qcow2", "gce"])
    expect(of(format)).toMatchObject({ format, image: { kind: "disk" } });
  for (const target of ["azure", "aws", "gce"])
    expect(of(`ready-for-${target}`)).toMatchObject({ target, consoles: of("loader")?.consoles });
  expect(of("loader")).toMatchObject({ type: "grub-hybrid" });
  const order = all.map(({ name }) => name);
  expect(of("blob")).toMatchObject({
    proof: { expectations: "x" },
    readiness: { target: "azure" },
  });
  for (const later of ["disk", "boots-by-bios", "boots-by-uefi", "vhd", "blob"])
    expect(order.indexOf(later)).toBeGreaterThan(order.indexOf("ready-for-gce"));
});

test("an installer's medium holds the compressed disk of a machine, and the kernel is told what that must be", async () => {
  const all = await allRegisteredBy("installer");
  const of = (name: string) => all.find((resource) => resource.name === name)?.inputs;
  expect(of("image")).toMatchObject({ format: "zst", image: { kind: "disk" } });
  expect(of("medium")?.files).toMatchObject([{ path: "/machine.img.zst" }]);
  expect(of("loader")?.commandLine).toMatch(/^quiet bootwright\.medium=u bootwright\.bytes=/);
  expect(of("loader")?.commandLine).not.toContain("bootwright.install");
  expect(of("machine-disk")?.filesystems).toMatchObject([
    { partition: "boot" },
    { partition: "data" },
  ]);
});

test("the recovery disk is the whole image in memory, with a shell on the screen and on the serial port", async () => {
  const inputsOf = await registeredBy("recovery");
  expect(inputsOf(":Initramfs")).toMatchObject({
    init: { supervise: true, consoles: ["tty1", "ttyS0"] },
  });
  expect(inputsOf(":Bootloader")).toMatchObject({ type: "syslinux", partition: "recovery" });
});

test("the scripts of the installer and of its machine have no fault that shellcheck knows", async () => {
  const example = join(import.meta.dirname, "../../../examples/installer");
  const scripts = ["installer/sbin/installer", "machine/sbin/mount-data"];
  const { stdout } = await execa("shellcheck", ["--shell", "sh", ...scripts], { cwd: example });
  expect(stdout).toBe("");
});

test("the installer of the live medium is that of the installer's, and is told what it must find", async () => {
  const folder = join(import.meta.dirname, "../../../examples");
  const [own, other] = ["live-iso/system/usr/local", "installer/installer"].map((place) =>
    join(folder, place, "sbin/installer"),
  );
  await execa("cmp", [own!, other!]);
  const iso = (await registeredBy("live-iso"))(":IsoImage");
  expect(iso?.files).toMatchObject([{ path: "/machine.img.zst", content: { kind: "disk" } }]);
  expect(iso?.entries).toMatchObject([
    {},
    {
      commandLine: expect.stringMatching(
        /^quiet systemd\.unit=install\.target bootwright\.medium=/,
      ),
    },
    { commandLine: "verify-checksums" },
    { memtest: true },
  ]);
});
