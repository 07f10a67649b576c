import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Initramfs } from "../../provider/flow/collect/initramfs.ts";
import { Kernel } from "../../provider/flow/collect/kernel.ts";
import { Rootfs } from "../../provider/flow/collect/rootfs.ts";
import { findStep } from "../../provider/flow/index.ts";
import { BootTest } from "../../provider/flow/prove/boot-test.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { withMachineLock } from "../../provider/store/lock.ts";
import { testContext } from "../context.ts";
import { smallDockerfile } from "../promises/fixture.ts";
import { bootDirectly, type Console } from "./console.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
let kernel: Ref;

/** Makes a resource as the engine would: checked, then created. */
async function make<T>(resource: unknown, given: object): Promise<T> {
  const checked = await checkInputs(resource as never, given as never, ctx);
  if (checked.problems.length > 0) throw new Error(JSON.stringify(checked.problems));
  return (await put(resource as never, checked.inputs, ctx)) as T;
}

interface Image {
  readonly ref: Ref;
  readonly config: object;
  readonly kernels: object[];
}

async function image(name: string, dockerfile: string): Promise<Image> {
  const context = join(ctx.cwd, name);
  await mkdir(join(context, "site"), { recursive: true });
  await writeFile(join(context, "Dockerfile"), dockerfile);
  await writeFile(join(context, "site", "index.html"), "one");
  return make<Image>(Rootfs, { source: { dockerfile: { context: name } } });
}

async function initramfs({ ref, config }: Image, given: object) {
  const made = await make<{ ref: Ref; sizeBytes: number; unpackedBytes: number }>(Initramfs, {
    tree: ref,
    config,
    ...given,
  });
  return made;
}

/** Boots an initramfs and hands over its console, while no other machine is tested. */
async function withConsole(initrd: Ref, work: (console: Console) => Promise<void>): Promise<void> {
  await withMachineLock("vm", ctx.signal, () =>
    ctx.store.stage(async (folder) => {
      const paths = {
        kernel: await ctx.materialise(kernel),
        initrd: await ctx.materialise(initrd),
      };
      const console = await bootDirectly(ctx.runner, { ...paths, folder });
      try {
        await work(console);
      } finally {
        await console.stop();
      }
    }),
  );
}

beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  const { kernels } = await image("kernel", smallDockerfile);
  kernel = (await make<{ ref: Ref }>(Kernel, { kernels })).ref;
});
afterAll(() => ctx.dispose());

describe("an image of busybox as the whole initramfs", () => {
  test.each(["gzip", "xz", "zstd", "none"])(
    "compressed by %s boots without a boot loader and says how long it took",
    async (compression) => {
      const busybox = await image("busybox", "FROM busybox\n");
      const { ref } = await initramfs(busybox, { compression, init: { welcome: "It's $(me)" } });
      const proof = await make<{ seconds: number }>(BootTest, {
        ...{ kernel, initrd: ref, commandLine: "console=ttyS0 quiet", memoryMiB: 128 },
        expect: { serial: ["Boot took ", " seconds", "It's $(me)", "/ # "] },
      });
      expect(proof.seconds).toBeGreaterThan(0);
    },
  );

  test("does not boot in a machine whose memory cannot hold it: both figures are named, before QEMU starts", async () => {
    const large = await image(
      "large",
      "FROM busybox\nRUN dd if=/dev/zero of=/zeros bs=1M count=40\n",
    );
    const { ref, sizeBytes, unpackedBytes } = await initramfs(large, { init: {} });
    expect(unpackedBytes).toBeGreaterThan(40 * 2 ** 20);
    expect(sizeBytes).toBeLessThan(2 * 2 ** 20);
    const given = { kernel, initrd: ref, memoryMiB: 32, expect: { serial: ["Boot took"] } };
    await expect(make(BootTest, given)).rejects.toThrow(
      /memoryMiB.*the machine has 32 MiB but its initramfs takes 43 MiB while it is unpacked \(2 MiB in the file, 42 MiB in memory\)/,
    );
  });

  test("runs ENTRYPOINT and CMD with ENV, USER and WORKDIR, and nothing in them is more than a text", async () => {
    const service = await image(
      "service",
      `FROM busybox
RUN printf 'root::0:0::/:/bin/sh\\nweb:x:33:34::/home/web:/bin/false\\n' >/etc/passwd && printf 'video:x:44:web\\n' >/etc/group
ENV GREETING="it's \\$(reboot) \\"fine\\""
USER web
WORKDIR "/srv/it's"
ENTRYPOINT ["sh", "-c", "id; pwd; echo \\"$GREETING|$HOME|$0|$1\\"; exec sleep 1000"]
CMD ["a 'b' $(reboot)", "-c"]
`,
    );
    const { ref } = await initramfs(service, { init: { run: "command" } });
    await withConsole(ref, async (console) => {
      await console.until("uid=33(web) gid=34 groups=34,44(video)\n/srv/it's\n");
      await console.until(`it's $(reboot) "fine"|/home/web|a 'b' $(reboot)|-c\n`);
    });
  });
});
