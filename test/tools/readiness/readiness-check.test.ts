import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newcHeader, newcTrailer } from "../../../provider/cpio/newc.ts";
import { findResource, findStep } from "../../../provider/flow/index.ts";
import { dockerClient } from "../../../provider/host/docker.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { put } from "../../../provider/lifecycle/operate.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { modulesIn } from "../../../provider/readiness/drivers.ts";
import { initrdNames } from "../../../provider/readiness/initrd-names.ts";
import { file } from "../../boot/boot-path.ts";
import { testContext } from "../../context.ts";

type Outputs = Record<string, unknown>;
// The first lines are those of examples/debian-server, so the builder has them.
const kernel = `FROM debian:12
ARG DEBIAN_FRONTEND="noninteractive"
RUN apt update
RUN apt -y install linux-image-amd64 firmware-linux-free console-setup-linux
RUN apt -y install systemd-sysv
`;
const careless = `${kernel}RUN mkdir -p /root/.aws /root/.docker /home/u/.ssh /etc/ssh \\
 && echo key > /root/.aws/credentials && echo key > /home/u/.ssh/id_rsa && echo ls > /root/.bash_history \\
 && echo '{"auths":{"registry":{"auth":"YTpi"}}}' > /root/.docker/config.json \\
 && echo "machine registry login a password b" > /root/.netrc \\
 && echo 0123456789abcdef0123456789abcdef > /etc/machine-id \\
 && echo key > /etc/ssh/ssh_host_rsa_key && echo "/dev/sda1 / ext4 defaults 0 1" > /etc/fstab \\
 && echo 'u:$1$a$b:1::::::' >> /etc/shadow && echo v::9:9::/:/bin/sh >> /etc/passwd && touch /usr/sbin/sshd
`;

let ctx: Awaited<ReturnType<typeof testContext>>;
let rootfs: Outputs;
beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  rootfs = await built("ready", kernel, { network: "dhcp" });
});
afterAll(() => ctx.dispose());

async function make(name: string, given: Outputs): Promise<Outputs> {
  const resource = findResource(name)!;
  const { inputs, problems } = await checkInputs(resource, given, ctx);
  expect(problems).toEqual([]);
  return (await put(resource, inputs, ctx)) as Outputs;
}

async function built(folder: string, dockerfile: string, more: Outputs): Promise<Outputs> {
  await mkdir(join(ctx.cwd, folder));
  await writeFile(join(ctx.cwd, folder, "Dockerfile"), dockerfile);
  return make("Rootfs", { source: { dockerfile: { context: folder } }, ...more });
}

test.each(["azure", "aws", "gce", "generic"])(
  "a Debian with its own kernel and DHCP is ready for %s",
  async (target) => {
    const { readiness, warnings } = await make("ReadinessCheck", { target, tree: rootfs.ref });
    expect(readiness).toEqual({ target, tree: (rootfs.ref as Ref).digest });
    const agent = target === "generic" ? [] : [expect.stringContaining("there is no agent for")];
    expect((warnings as { message: string }[]).map(({ message }) => message)).toEqual(agent);
  },
);

test("an initrd holds the names that lsinitramfs lists", async () => {
  const [found] = rootfs.kernels as { version: string; initrd: Ref; initrdPath: string }[];
  const file = await ctx.materialise(found!.initrd);
  const names = await initrdNames(file, () => {
    throw new Error("Debian's is no xz");
  });
  const image = "bootwright-readiness-test";
  await execa(dockerClient(), ["build", "--quiet", "--tag", image, join(ctx.cwd, "ready")]);
  try {
    const list = ["run", "--rm", "--network", "none", image, "lsinitramfs", found!.initrdPath];
    const { stdout } = await execa(dockerClient(), list);
    expect([...names].sort()).toEqual(stdout.split("\n").sort());
    expect(modulesIn(names)).toContain("hv_storvsc");
  } finally {
    await execa(dockerClient(), ["image", "rm", "--force", image]);
  }
});

test("an initrd of xz, also behind microcode, is looked into by its own tool, and one without the driver is refused", async () => {
  const pack = async (name: string, module: string) => {
    const file = join(ctx.cwd, `${name}-tree`, module);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, "a module");
    await writeFile(join(ctx.cwd, `${name}-tree`, "init"), "#!/init", { mode: 0o755 });
    const tree = await make("Rootfs", { source: { directory: `${name}-tree` } });
    return (await make("Initramfs", { tree: tree.ref, compression: "xz" })).ref as Ref;
  };
  const check = (initrd: Ref) =>
    make("ReadinessCheck", { target: "aws", tree: rootfs.ref, initrd });
  await expect(check(await pack("with", "nvme.ko"))).resolves.toHaveProperty("readiness");
  await expect(check(await pack("without", "other.ko"))).rejects.toThrow("it has no nvme");
  const older = await pack("older", "lib/modules/5.10/kernel/nvme.ko");
  await expect(check(older)).rejects.toThrow("it has no nvme");
  const microcode = newcTrailer(0);
  const behind = async (initrd: Ref) =>
    file(Buffer.concat([microcode, await readFile(await ctx.materialise(initrd))]), ctx);
  await expect(check(await behind(await pack("second", "nvme.ko")))).resolves.toHaveProperty(
    "readiness",
  );
  await expect(check(await behind(older))).rejects.toThrow("it has no nvme");
});

test("a kernel that is not in the tree gets nothing from the modules of one that is", async () => {
  const config = (text: string) => file(Buffer.from(text), ctx);
  const check = async (text: string) =>
    make("ReadinessCheck", {
      ...{ target: "aws", tree: rootfs.ref, kernelConfig: await config(text) },
    });
  await expect(check("CONFIG_BLK_DEV_NVME=y\n# no ENA\n")).rejects.toThrow("the kernel has no ena");
  const both = "CONFIG_BLK_DEV_NVME=y\nCONFIG_ENA_ETHERNET=y\n";
  await expect(check(both)).resolves.toHaveProperty("readiness");
  await expect(
    make("ReadinessCheck", { target: "aws", tree: rootfs.ref, kernelVersion: "9.9" }),
  ).rejects.toThrow("there is no kernel in the tree");
});

test("a kernel that is called by its flavour finds its modules and its initrd, as in Alpine", async () => {
  const folder = join(ctx.cwd, "flavour");
  const release = "6.6.30-0-lts";
  const kernel = Buffer.alloc(0x800);
  kernel.write("HdrS", 0x202);
  kernel.writeUInt16LE(0x300, 0x20e);
  kernel.write(`${release} (builder@host) #1`, 0x500);
  const put = async (path: string, content: string | Buffer) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  await put("boot/vmlinuz-lts", kernel);
  await put(`lib/modules/${release}/nvme.ko.gz`, "a module");
  await put(`lib/modules/${release}/modules.builtin`, "kernel/drivers/ena.ko\n");
  await put("etc/inittab", "::respawn:udhcpc -f\n");
  const check = async () => {
    const tree = await make("Rootfs", { source: { directory: "flavour" } });
    return make("ReadinessCheck", { target: "aws", tree: tree.ref });
  };
  await expect(check()).rejects.toThrow("initrd: there is none, and nvme");
  const name = `lib/modules/${release}/nvme.ko.gz`;
  const header = newcHeader({
    ...{ name, mode: 0o100644, uid: 0, gid: 0, nlink: 1, mtime: 0, size: 0, ino: 1 },
  });
  await put("boot/initramfs-lts", gzipSync(Buffer.concat([header, newcTrailer(header.length)])));
  await expect(check()).resolves.toHaveProperty("readiness");
});

test("what must not be published is refused, all of it at once, with the fix", async () => {
  const bad = await built("careless", careless, { scrub: [] });
  const refused = await make("ReadinessCheck", {
    ...{ target: "azure", tree: bad.ref, consoles: ["tty0"] },
  }).catch((error: Error) => error.message);
  expect(
    String(refused)
      .split("\n")
      .map((line) => line.replace(/: .*/, ""))
      .sort(),
  ).toEqual(
    [
      "The machine is not ready for Azure:",
      "/etc",
      "/etc/fstab",
      "/etc/machine-id",
      "/etc/ssh/ssh_host_rsa_key",
      "/home/u/.ssh/id_rsa",
      "/root/.aws/credentials",
      "/root/.docker/config.json",
      "/root/.netrc",
      "/var/lib/dbus/machine-id",
      "commandLine",
    ].sort(),
  );
  const told = ctx.lines.join("\n");
  expect(told).toContain("/root/.bash_history: is a history");
  expect(told).toContain("/etc/shadow: u has the same password");
  expect(told).toContain("/etc/passwd: v needs no password");
  expect(told).not.toContain("sshd has no host keys");
});
