import { execFileSync } from "node:child_process";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Layout } from "../../provider/plan/layout.ts";
import { exportObject } from "../../provider/store/export.ts";
import { withMachineLock } from "../../provider/store/lock.ts";
import { testContext } from "../context.ts";
import type { Project } from "../promises/project.ts";
import { bootMachine } from "./console.ts";
import { debianAdditions, workingFiles } from "./debian-server-additions.ts";
import { diskListing } from "./disk-listing.ts";
import { exampleProject, type Made, madeBy } from "./example.ts";
import { imageListing } from "./image-listing.ts";
import { differences } from "./listing.ts";
import { content, machineListing } from "./machine-listing.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
let project: Project;
let made: Made;
let folder: string;
beforeAll(async () => {
  ctx = await testContext();
  project = await exampleProject("cloud-hybrid", { BOOTWRIGHT_STORE: ctx.store.root });
  await project.up();
  made = await madeBy(project);
  folder = join(ctx.cwd, "work");
  await mkdir(folder);
});
afterAll(async () => {
  await project?.dispose();
  await ctx?.dispose();
});

const pathOf = (name: string) => ctx.store.path(made[name]!.ref.kind, made[name]!.ref.digest);
const partition = (name: string) =>
  (made.layout!.layout as Layout).partitions.find((found) => found.name === name)!;
const said = async (command: string, args: readonly string[]) =>
  (await execa(command, args, { maxBuffer: 2 ** 28 })).stdout;

test("pulumi up on the example cloud-hybrid makes one disk that starts by a BIOS and by UEFI, to its login, with cloud-init done and sshd there", async () => {
  for (const firmware of ["bios", "uefi"]) {
    const proof = made[`boots-by-${firmware}`]!;
    expect(proof.met).toHaveLength(3);
    expect(proof.proof).toMatchObject({ imageDigest: made.disk!.ref.digest });
    const log = await readFile(join(ctx.store.root, String(proof.logPath)), "latin1");
    expect(log).toMatch(/Cloud-init v\. \S+ finished at .* Datasource DataSourceNone/);
    console.log(`by ${firmware}: ${proof.seconds} s`);
  }
});

test("Azure, AWS and Google Cloud find nothing to refuse, and nothing to warn of", () => {
  for (const target of ["azure", "aws", "gce"])
    expect(made[`ready-for-${target}`]).toMatchObject({ readiness: { target }, warnings: [] });
});

test("its tables and filesystems are clean, and the root holds every entry of the image", async () => {
  const disk = pathOf("disk");
  expect(await said("sgdisk", ["-v", disk])).toContain("No problems found");
  const [esp, root] = [partition("esp"), partition("root")];
  const copy = join(folder, "esp");
  const range = [`skip=${esp.startSector}`, `count=${esp.sectors}`];
  await execa("dd", [`if=${disk}`, `of=${copy}`, ...range, "status=none"]);
  await execa("fsck.fat", ["-n", copy]);
  execFileSync("e2fsck", ["-fn", `${disk}?offset=${root.offsetBytes}`], { stdio: "pipe" });

  const unknown = [...workingFiles, "boot/grub/grub.cfg"];
  const { listing } = machineListing(await imageListing(project.folder, folder), {
    ...debianAdditions("cloud"),
    "boot/grub": { mode: "40755" },
    "boot/grub/grub.cfg": {},
    "etc/fstab": content(
      `# UNCONFIGURED FSTAB FOR BASE SYSTEM\nUUID=${root.uuid} / ext4 defaults 0 1\n`,
    ),
  });
  const found = await diskListing(disk, root.offsetBytes, folder);
  for (const path of unknown.filter((name) => found.has(name)))
    found.set(path, { ...found.get(path)!, size: undefined, sha256: undefined });
  expect(differences(listing, found)).toEqual([]);
  expect(listing.size).toBeGreaterThan(15_000);
});

test("Azure's VHD, of which there is one for both generations, the qcow2 and Google's archive hold the same disk", async () => {
  const disk = pathOf("disk");
  const vhd = join(folder, "disk.vhd");
  await exportObject(ctx.store, made.vhd!.ref, vhd, { signal: ctx.signal, progress: () => {} });
  const compare = (format: string, file: string) =>
    said("qemu-img", ["compare", "-f", "raw", "-F", format, disk, file]);
  expect(await compare("vpc", vhd)).toContain("Images are identical.");
  expect(await compare("qcow2", pathOf("qcow2"))).toContain("Images are identical.");
  await execa("tar", ["-xSzf", pathOf("gce"), "-C", folder]);
  await execa("cmp", [join(folder, "disk.raw"), disk]);
});

/** What a cloud says, on a disk by the name that cloud-init looks for (NoCloud). */
const seedFiles = {
  "meta-data": "instance-id: one\nlocal-hostname: seeded\n",
  "user-data": `#cloud-config
password: secret
chpasswd: { expire: false }
runcmd: ["echo told=$(hostname),$(df -m --output=size / | tail -n 1) >/dev/ttyS0"]
`,
};

test("a larger disk and a seed give the root the room, and a user, a name and a command what they are told", async () => {
  await withMachineLock("vm", ctx.signal, () =>
    ctx.store.stage(async (place) => {
      const disk = join(place, "overlay.qcow2");
      const seed = join(place, "seed.raw");
      await execa("mkfs.fat", ["-C", "-n", "CIDATA", seed, "1024"]);
      for (const [name, input] of Object.entries(seedFiles))
        await execa("mcopy", ["-i", seed, "-", `::${name}`], { input });
      const backing = ["-F", "raw", "-b", pathOf("disk")];
      await execa("qemu-img", ["create", "-q", "-f", "qcow2", ...backing, disk, "5G"]);
      const machine = { accelerator: "tcg", memoryMiB: 1024, cpus: 1, forwards: [] } as const;
      const drive = ["-drive", `file=${seed},format=raw,if=virtio,readonly=on`];
      const console = await bootMachine(ctx.runner, { ...machine, disk }, place, drive);
      try {
        await console.until("seeded login:", 1800);
        await console.until(/told=seeded, +4[5-9]\d\d/, 1800);
        await console.until(/Datasource DataSourceNoCloud \[seed=\/dev\/vdb\]/, 1800);
        console.type("debian");
        await console.until("Password:");
        console.type("secret");
        await console.until("debian@seeded");
      } finally {
        await console.stop();
      }
    }),
  );
});

test("a changed COPY file makes what follows from it again, for every target, and no kernel, initramfs, layout, boot loader or ESP", async () => {
  await appendFile(join(project.folder, "system/etc/motd"), "Changed.\n");
  const boots = ["boots-by-bios", "boots-by-uefi"];
  const urns = Object.entries(await project.urns()).filter(([name]) => !boots.includes(name));
  const { operations } = await project.up({ target: urns.map(([, urn]) => urn) });
  const changed = Object.entries(operations).filter(([, operation]) => operation !== "same");
  expect(changed.map(([name, operation]) => `${operation} ${name}`).sort()).toEqual(
    ["disk", "gce", "qcow2", "ready-for-aws", "ready-for-azure", "ready-for-gce"]
      .concat(["root", "rootfs", "vhd"])
      .map((name) => `update ${name}`),
  );
});

test("an SSH key that is left behind is refused before the disk is made", async () => {
  const before = await madeBy(project);
  const key = "RUN ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/deploy.key\n";
  await appendFile(join(project.folder, "Dockerfile"), key);
  const refused = await project.failingUp();
  // Whichever check fails first may end the update before another one begins.
  expect(refused).toMatch(/The machine is not ready for (Azure|AWS|Google Cloud):/);
  expect(refused).toContain("/etc/ssh/deploy.key: holds a private key");
  const after = await madeBy(project);
  for (const name of ["disk", "vhd", "qcow2", "gce"])
    expect(after[name]!.ref.digest).toBe(before[name]!.ref.digest);
});
