import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll } from "vitest";
import { Initramfs } from "../../provider/flow/collect/initramfs.ts";
import { Kernel } from "../../provider/flow/collect/kernel.ts";
import { Rootfs } from "../../provider/flow/collect/rootfs.ts";
import { findStep } from "../../provider/flow/index.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import type { Context } from "../../provider/resource.ts";
import { withMachineLock } from "../../provider/store/lock.ts";
import { testContext } from "../context.ts";
import { smallDockerfile } from "../promises/fixture.ts";
import { bootMachine, type Console } from "./console.ts";

/** What a test needs of an image. */
export interface Image {
  readonly ref: Ref;
  readonly config: object;
  readonly kernels: object[];
}

/** Makes a resource as the engine would: checked, then created. */
export async function make<T>(resource: unknown, given: object, ctx: Context): Promise<T> {
  const checked = await checkInputs(resource as never, given as never, ctx);
  if (checked.problems.length > 0) throw new Error(JSON.stringify(checked.problems));
  return (await put(resource as never, checked.inputs, ctx)) as T;
}

/** Builds an image in a folder of its own, of its Dockerfile and what is to lie beside that. */
export async function image(
  context: string,
  files: Readonly<Record<"Dockerfile", string> & Record<string, string>>,
  ctx: Context,
): Promise<Image> {
  const folder = join(ctx.cwd, context);
  await mkdir(join(folder, "site"), { recursive: true });
  for (const [name, text] of Object.entries({ "site/index.html": "one", ...files }))
    await writeFile(join(folder, name), text);
  return make<Image>(Rootfs, { source: { dockerfile: { context } } }, ctx);
}

/** A context for the tests of a file, with Debian's kernel as an image has it that the builder has made already. */
export async function withDebianKernel() {
  const ctx = await testContext({ find: findStep });
  afterAll(() => ctx.dispose());
  const { kernels } = await image("kernel", { Dockerfile: smallDockerfile }, ctx);
  return { ctx, kernel: (await make<{ ref: Ref }>(Kernel, { kernels }, ctx)).ref };
}

/** A stage `kernel` with the few modules of that kernel below /few that a network card and a power button need, and their order. */
export const fewModules = `${smallDockerfile.split("FROM busybox")[0]}
RUN version="$(ls /lib/modules)" && cd "/lib/modules/$version" \\
 && for name in virtio_pci virtio_net evdev button; do modprobe -S "$version" -D "$name"; done \\
  | sed -n 's/^insmod \\([^ ]*\\) .*/\\1/p' | sort -u | xargs -I FILE install -D FILE /few/FILE \\
 && install modules.order modules.builtin modules.builtin.modinfo "/few/$PWD" && depmod -b /few "$version"
`;

/** A busybox with those modules, programs, a name, and root's login without a password. */
export function busyboxMachine(
  programs: Readonly<Record<string, string>>,
  ctx: Context,
): Promise<Image> {
  const Dockerfile = `${fewModules}FROM busybox
RUN printf 'root::0:0:root:/root:/bin/sh\\n' >/etc/passwd && echo tiny >/etc/hostname
COPY --from=kernel /few/ /
COPY --chmod=755 ${Object.keys(programs).join(" ")} /bin/
`;
  return image("busybox", { Dockerfile, ...programs }, ctx);
}

/** Packs an image as a whole initramfs, boots it, and hands over its console. A second serial port is a socket. */
export async function withPacked(
  { ref, config }: Image,
  { kernel, memoryMiB = 256, ...given }: { kernel: Ref; memoryMiB?: number; init: object },
  ctx: Context,
  work: (console: Console, secondSerial: string) => Promise<void>,
): Promise<void> {
  // What compressions do is another test: QEMU's processor takes seconds for them.
  const wishes = { tree: ref, config, compression: "none", ...given };
  const initrd = (await make<{ ref: Ref }>(Initramfs, wishes, ctx)).ref;
  await withMachineLock("vm", ctx.signal, () =>
    ctx.store.stage(async (folder) => {
      const second = join(folder, "second");
      const machine = {
        ...({ accelerator: "tcg", memoryMiB, cpus: 1, forwards: [] } as const),
        kernel: {
          path: await ctx.materialise(kernel),
          initrd: await ctx.materialise(initrd),
          commandLine: "console=ttyS0 quiet",
        },
      };
      const console = await bootMachine(ctx.runner, machine, folder, [
        ...["-chardev", `socket,id=second,path=${second},server=on,wait=off`],
        ...["-serial", "chardev:second"],
        // A second card, whose DHCP names a router and a name server: the first one's reaches nothing, so it names none.
        ...["-nic", "user,model=virtio-net-pci"],
      ]);
      try {
        await work(console, second);
      } finally {
        await console.stop();
      }
    }),
  );
}
