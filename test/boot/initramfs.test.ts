import { describe, expect, test } from "vitest";
import { Initramfs } from "../../provider/flow/collect/initramfs.ts";
import { BootTest } from "../../provider/flow/prove/boot-test.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { image, make, withDebianKernel, withPacked } from "./packed-machine.ts";

const { ctx, kernel } = await withDebianKernel();

interface Packed {
  readonly ref: Ref;
  readonly sizeBytes: number;
  readonly unpackedBytes: number;
}

describe("an image of busybox as the whole initramfs", () => {
  test.each(["gzip", "xz", "zstd", "none"])(
    "compressed by %s boots without a boot loader and says how long it took",
    async (compression) => {
      const tree = (await image("busybox", { Dockerfile: "FROM busybox\n" }, ctx)).ref;
      const packed = { tree, compression, init: { welcome: "It's $(me)" } };
      const { ref } = await make<Packed>(Initramfs, packed, ctx);
      const booted = {
        ...{ kernel, initrd: ref, commandLine: "console=ttyS0 quiet", memoryMiB: 128 },
        expect: { serial: ["Boot took ", " seconds", "It's $(me)", "/ # "] },
      };
      const proof = await make<{ seconds: number }>(BootTest, booted, ctx);
      expect(proof.seconds).toBeGreaterThan(0);
    },
  );

  test("does not boot in a machine whose memory cannot hold it: both figures are named, before QEMU starts", async () => {
    const Dockerfile = "FROM busybox\nRUN dd if=/dev/zero of=/zeros bs=1M count=40\n";
    const tree = (await image("large", { Dockerfile }, ctx)).ref;
    const made = await make<Packed>(Initramfs, { tree, init: {} }, ctx);
    const { ref, sizeBytes, unpackedBytes } = made;
    expect(unpackedBytes).toBeGreaterThan(40 * 2 ** 20);
    expect(sizeBytes).toBeLessThan(2 * 2 ** 20);
    const given = { kernel, initrd: ref, memoryMiB: 32, expect: { serial: ["Boot took"] } };
    await expect(make(BootTest, given, ctx)).rejects.toThrow(
      /memoryMiB.*the machine has 32 MiB but its initramfs takes 43 MiB while it is unpacked \(2 MiB in the file, 42 MiB in memory\)/,
    );
  });

  test("has the kernel's view of what was packed: hard links, devices, modes, owners, times", async () => {
    const Dockerfile = `FROM busybox
RUN mkdir -m 1777 /d && echo held >/d/m && ln /d/m /a && ln /d/m /z && chown 7:8 /d/m && chmod 4755 /d/m \\
 && mknod /d/sda b 8 1 && mkfifo -m 600 /d/pipe && ln -s "m it's" "/d/s" && touch -d @1000000000 "/d/m"
COPY --chmod=755 look /look
CMD ["/look"]
`;
    const look = `#!/bin/sh
stat -c '%i %h %f %u:%g %Y %n' /a /d/m /z
cat /z
stat -c '%F %t:%T %a' /d/sda /d/pipe
readlink /d/s
stat -c '%a' /d
echo "that is all"
exec sleep 100000
`;
    const odd = await image("odd", { Dockerfile, look }, ctx);
    await withPacked(odd, { kernel, init: { run: "command" } }, ctx, async (console) => {
      const said = await console.until("that is all\n");
      const links = said.match(/^(\d+) 3 89ed 7:8 1000000000 \/(a|d\/m|z)$/gm) ?? [];
      expect(links).toHaveLength(3);
      expect(new Set(links.map((line) => line.split(" ")[0])).size).toBe(1);
      expect(said).toMatch(/held\nblock special file 8:1 644\nfifo 0:0 600\nm it's\n1777\n/);
    });
  });

  test("runs ENTRYPOINT and CMD with ENV, USER and WORKDIR, and nothing in them is more than a text", async () => {
    const Dockerfile = `FROM busybox
RUN printf 'root::0:0::/:/bin/sh\\nweb:x:33:34::/home/web:/bin/false\\n' >/etc/passwd && printf 'video:x:44:web\\n' >/etc/group
ENV GREETING="it's \\$(reboot) \\"fine\\""
USER web
WORKDIR "/srv/it's"
ENTRYPOINT ["sh", "-c", "id; pwd; echo \\"$GREETING|$HOME|$0|$1\\"; exec sleep 1000"]
CMD ["a 'b' $(reboot)", "-c"]
`;
    const service = await image("service", { Dockerfile }, ctx);
    await withPacked(service, { kernel, init: { run: "command" } }, ctx, async (console) => {
      await console.until("uid=33(web) gid=34 groups=34,44(video)\n/srv/it's\n");
      await console.until(`it's $(reboot) "fine"|/home/web|a 'b' $(reboot)|-c\n`);
    });
  });
});
