import { expect, test } from "vitest";
import { Initramfs } from "../../../provider/flow/collect/initramfs.ts";

const file = (digit: string) => ({
  kind: "file" as const,
  digest: `sha256:${digit.repeat(64)}`,
  recipe: "made",
});
const bare = { version: "6.12.1", path: "/boot/vmlinuz-6.12.1", image: file("a") };
const whole = {
  version: "6.1.0",
  path: "/boot/vmlinuz-6.1.0",
  image: file("b"),
  initrdPath: "/boot/initrd.img-6.1.0",
  initrd: file("c"),
};
const parse = (given: object) => Initramfs.inputs.parse(given);

test("Initramfs is the initrd beside the chosen kernel", () => {
  const plan = Initramfs.plan(parse({ kernels: [bare, whole], version: "6.1.0" }));
  expect(plan).toEqual({
    found: { ref: file("c"), version: "6.1.0", path: "/boot/initrd.img-6.1.0" },
  });
});

test("Initramfs refuses a kernel without an initrd, naming what makes one", () => {
  expect(Initramfs.rules?.(parse({ kernels: [bare, whole] }))).toEqual([
    {
      property: "kernels",
      reason:
        "the image has no initrd beside /boot/vmlinuz-6.12.1 (install what makes one before the kernel: initramfs-tools in Debian and Ubuntu, mkinitfs in Alpine)",
    },
  ]);
});

test("Initramfs refuses an image without a kernel", () => {
  expect(Initramfs.rules?.(parse({ kernels: [] }))?.[0]?.reason).toMatch(
    /^the image has no kernel/,
  );
});

const tree = { kind: "tree" as const, digest: `sha256:${"d".repeat(64)}`, recipe: "made" };
const config = { env: [], entrypoint: ["/run"], cmd: [], user: "", workingDir: "" };
const refused = (given: object) =>
  Initramfs.rules?.(parse(given), (input) => !(input in given)).map((problem) => problem.property);

test.each([
  ["a tree and a file", { tree, file: { path: "f" } }, ["file"]],
  ["a tree and kernels", { tree, kernels: [whole], version: "6.1.0" }, ["kernels", "version"]],
  ["what is no tree", { tree: file("a") }, ["tree"]],
  ["an init of nothing", { kernels: [whole], init: {} }, ["init"]],
  ["a compression of nothing", { file: { path: "f" }, compression: "xz" }, ["compression"]],
  ["attributes of nothing", { file: { path: "f" }, dropXattrs: ["user.x"] }, ["dropXattrs"]],
  ["a command of no configuration", { tree, init: { run: "command" } }, ["config"]],
  ["a login without supervise", { tree, init: { run: "login" } }, ["init.run"]],
  [
    "an environment that no shell can set",
    { tree, init: { run: "command" }, config: { ...config, env: ["a.b=1"] } },
    ["config.env[0]"],
  ],
])("Initramfs refuses %s", (_what, given, properties) => {
  expect(refused(given)).toEqual(properties);
});

test("Initramfs plans what decides the packed tree, and nothing else", () => {
  expect(Initramfs.plan(parse({ tree, config }))).toEqual({
    pack: { tree, compression: "gzip", dropXattrs: [] },
  });
  const given = { tree, init: { run: "command" }, config, dropXattrs: ["b", "a", "b"] };
  expect(Initramfs.plan(parse({ ...given, compression: "none" }))).toEqual({
    pack: {
      ...{ tree, config, compression: "none", dropXattrs: ["a", "b"] },
      init: parse(given).init,
    },
  });
});
