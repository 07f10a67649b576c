import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Initramfs } from "../../provider/flow/collect/initramfs.ts";
import { Rootfs } from "../../provider/flow/collect/rootfs.ts";
import { DiskImage } from "../../provider/flow/compose/disk-image.ts";
import { Filesystem } from "../../provider/flow/compose/filesystem.ts";
import { PartitionLayout } from "../../provider/flow/compose/partition-layout.ts";
import type { Layout } from "../../provider/plan/layout.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { withMachineLock } from "../../provider/store/lock.ts";
import { bootMachine } from "./console.ts";
import { fewModules, image, make, withDebianKernel } from "./packed-machine.ts";

const { ctx, kernel } = await withDebianKernel();

type Made = { readonly ref: Ref };

/**
 * Says what is mounted where, and what the parts of the tree in each partition are; then switches off. In one write: a login is asked for
 * on the same console meanwhile.
 */
const look = `#!/bin/sh
said="$(
grep -E ' (/|/home) ' /proc/mounts
tail -n +2 /proc/swaps
cd /home && stat -c '%n %a %u:%g %h' user user/mail user/copy && cat user/copy
touch /x 2>/dev/null || echo "the root cannot be written"
echo more >user/new && echo "home can be written"
ls -1A /home
)"
echo "$said
seen all"
poweroff -f
`;

const Dockerfile = `FROM busybox
RUN mkdir -p /home/user && echo "what was in the tree" >/home/user/mail && ln /home/user/mail /home/user/copy \\
 && chown -R 70001:70002 /home/user && chmod 2750 /home/user && chmod 4640 /home/user/mail
COPY --chmod=755 look /bin/look
CMD ["/bin/look"]
`;

const init = `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
modprobe -a virtio_pci virtio_blk crc32c_generic ext4 erofs
mount -t erofs -o ro /dev/vda1 /root
umount /proc /sys
mount -o move /dev /root/dev
exec switch_root /root /sbin/init
`;

/** Starts the erofs on the first partition; the modules are those of the kernel that is booted. */
async function starter(): Promise<Ref> {
  const modules = fewModules.replace(
    "virtio_net evdev button",
    "virtio_blk crc32c_generic ext4 erofs",
  );
  const files = {
    Dockerfile: `${modules}FROM busybox
COPY --from=kernel /few/ /
COPY --chmod=755 init /init
RUN mkdir -p /proc /sys /dev /root
`,
    init,
  };
  const { ref } = await image("starter", files, ctx);
  return (await make<Made>(Initramfs, { tree: ref, compression: "none" }, ctx)).ref;
}

async function disk(): Promise<Ref> {
  await image("machine", { Dockerfile, look }, ctx);
  const source = { dockerfile: { context: "machine" } };
  const { ref: tree } = await make<Made>(Rootfs, { source, service: true }, ctx);
  const partitions = [
    { name: "root", type: "linux-root-x86-64", filesystem: "erofs", mountPoint: "/", sizeMiB: 16 },
    { name: "home", type: "linux-home", mountPoint: "/home", sizeMiB: 64 },
    { name: "swap", type: "swap", sizeMiB: 8 },
  ];
  const given = { seed: "partitions", table: "gpt", roundToMiB: 64, partitions };
  const { layout } = await make<{ layout: Layout }>(PartitionLayout, given, ctx);
  const [root, home, swap] = layout.partitions;
  const mounts = layout.partitions;
  const wishes = {
    root: { type: "erofs", tree, partition: root, mounts },
    home: { tree, subtree: "/home", partition: home, mounts },
    swap: { type: "swap", partition: swap },
  };
  const filesystems: { partition: string; content: Ref }[] = [];
  for (const [partition, wish] of Object.entries(wishes))
    filesystems.push({ partition, content: (await make<Made>(Filesystem, wish, ctx)).ref });
  return (await make<Made>(DiskImage, { layout, filesystems }, ctx)).ref;
}

test("a machine of one tree has a read-only erofs as its root, /home in a partition of its own, and swap", async () => {
  const initrd = await starter();
  const { digest } = await disk();
  await withMachineLock("vm", ctx.signal, () =>
    ctx.store.stage(async (folder) => {
      const machine = {
        ...({ accelerator: "tcg", memoryMiB: 256, cpus: 1, forwards: [] } as const),
        kernel: {
          path: await ctx.materialise(kernel),
          initrd: await ctx.materialise(initrd),
          commandLine: "console=ttyS0 quiet",
        },
      };
      const own = join(folder, "disk.raw");
      await copyFile(ctx.store.path("disk", digest), own);
      await chmod(own, 0o600);
      const drive = `file=${own},format=raw,if=virtio`;
      const console = await bootMachine(ctx.runner, machine, folder, ["-drive", drive]);
      try {
        const said = await console.until("seen all");
        expect(said).toMatch(/^\/dev\/\S+ \/ erofs ro,/m);
        expect(said).toMatch(/^\/dev\/vda2 \/home ext4 rw,/m);
        expect(said).toMatch(/^\/dev\/vda3 +partition\s+8188\s/m);
        expect(said).toContain("user 2750 70001:70002 2\n");
        expect(said).toContain("user/mail 4640 70001:70002 2\nuser/copy 4640 70001:70002 2\n");
        expect(said).toContain("what was in the tree\nthe root cannot be written\n");
        expect(said).toContain("home can be written\nlost+found\nuser\n");
        await console.ended();
      } finally {
        await console.stop();
      }
    }),
  );
});
