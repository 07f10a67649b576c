import { beforeAll, describe, expect, test } from "vitest";
import { addressed, seen } from "./findings.ts";
import {
  busyboxMachine,
  fewModules,
  type Image,
  image,
  withDebianKernel,
  withPacked,
} from "./packed-machine.ts";

const { ctx, kernel } = await withDebianKernel();

describe("a supervised machine of busybox", () => {
  let machine: Image;
  beforeAll(async () => {
    machine = await busyboxMachine({ seen }, ctx);
  });

  test("asks for a login on the screen, which the keyboard answers", async () => {
    const init = { run: "login", supervise: true, consoles: ["tty1", "ttyS0"] };
    await withPacked(machine, { kernel, init }, ctx, async (console) => {
      await console.until("login: ");
      console.type("root");
      await console.until("# ");
      const onScreen = async (what: string, count: number) => {
        console.type(`seen ${what} ${count}`);
        await console.until(`on the screen: ${what}\n`);
      };
      await onScreen("login:", 1);
      await console.pressKeys([..."root", "ret", ..."tty", "ret"]);
      await onScreen("/dev/tty1", 1);
      await console.pressKeys([..."exit", "ret"]);
      await onScreen("login:", 2);
    });
  });

  test("follows the image's own inittab from its first line to its last", async () => {
    const Dockerfile = `${fewModules}FROM busybox
RUN printf '%s\\n' '::sysinit:/bin/echo by its own inittab' '::respawn:/bin/cttyhack /bin/sh -l' \\
  '::shutdown:/bin/echo ended by its own inittab' >/etc/inittab
COPY --from=kernel /few/ /
`;
    const own = await image("inittab", { Dockerfile }, ctx);
    await withPacked(own, { kernel, init: { supervise: true } }, ctx, async (console) => {
      await console.until("Boot took");
      await console.until("by its own inittab\n");
      await console.until("/ # ");
      console.type("exit");
      await console.until("/ # ");
      console.type("poweroff");
      await console.until("ended by its own inittab\n");
      await console.until("reboot: Power down");
      expect(await console.ended()).toBe(0);
    });
  });

  test("asks for a login on the kernel's console, and USR2 to the first process switches off", async () => {
    const init = { run: "login", supervise: true };
    await withPacked(machine, { kernel, init }, ctx, async (console) => {
      await console.until("tiny login: ");
      console.type("root");
      await console.until("# ");
      console.type("kill -USR2 1");
      await console.until("reboot: Power down");
      expect(await console.ended()).toBe(0);
    });
  });
});

describe("a supervised machine of a Debian without busybox", () => {
  test("gets its address by dhcpcd where the image has that", async () => {
    const Dockerfile = `${fewModules}FROM debian:12
ARG DEBIAN_FRONTEND="noninteractive"
RUN apt-get update \\
 && apt-get -y --no-install-recommends install dhcpcd-base iproute2 kmod \\
 && rm -rf /usr/share/doc /usr/share/locale /usr/share/man /var/cache /var/lib/apt
COPY --from=kernel /few/lib/modules/ /usr/lib/modules/
COPY --chmod=755 addressed /bin/
`;
    const other = await image("dhcpcd", { Dockerfile, addressed }, ctx);
    const init = { supervise: true, network: "dhcp" };
    await withPacked(other, { kernel, memoryMiB: 512, init }, ctx, async (console) => {
      await console.until("# ");
      console.type("addressed");
      await console.until("default via 10.0.2.2");
      await console.until("the name server is known\n");
    });
  });
});
