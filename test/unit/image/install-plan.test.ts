import { expect, test } from "vitest";
import { planInstall } from "../../../provider/image/install-plan.ts";
import { debPackages } from "../../../provider/packages/deb.ts";
import { inBrief, newPackages } from "../../../provider/packages/package.ts";

const installed = (text: string) => inBrief(debPackages(text));

const debian = { id: "debian", versionId: "12", prettyName: "Debian GNU/Linux 12" };
const withApt = {
  osRelease: debian,
  has: (path: string): boolean => path === "usr/bin/apt-get",
};
const plan = (parts: { kernel: boolean; init: boolean }, image: typeof withApt) => {
  const result = planInstall(parts, image, 0);
  return "problem" in result ? result.problem : result.dockerfile;
};

test("a Dockerfile installs what makes the initrd before the kernel, and leaves no lists behind", () => {
  expect(plan({ kernel: true, init: true }, withApt)).toMatchInlineSnapshot(`
    "FROM base
    ENV DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=0
    RUN --mount=type=tmpfs,target=/var/lib/apt/lists --mount=type=tmpfs,target=/var/cache/apt ["/bin/sh","-euc","apt-get update && apt-get install --yes --no-install-recommends --option Dpkg::Options::=--force-confold initramfs-tools zstd systemd-sysv udev dbus login e2fsprogs fdisk && apt-get install --yes --no-install-recommends --option Dpkg::Options::=--force-confold linux-image-amd64"]
    "
  `);
});

test.each([
  ["debian", { kernel: true, init: false }, ["initramfs-tools zstd ", "linux-image-amd64"]],
  ["ubuntu", { kernel: true, init: false }, ["initramfs-tools zstd ", "linux-image-virtual"]],
  ["ubuntu", { kernel: false, init: true }, ["systemd-sysv udev dbus login e2fsprogs fdisk"]],
])("%s, %j: %j", (id, parts, groups) => {
  const image = { ...withApt, osRelease: { ...debian, id } };
  const text = JSON.parse(/RUN [^[]*(\[.*\])/.exec(String(plan(parts, image)))?.[1] ?? "")[2];
  const installed = String(text).split(" && ").slice(1);
  expect(installed.map((line) => line.replace(/.*--force-confold /, ""))).toEqual(
    groups.map((group) => group.trim()),
  );
});

test.each([
  [
    { ...debian, id: "fedora", prettyName: 'Fedora "40"\n' },
    ["usr/bin/apt-get"],
    /^the image is "Fedora \\"40\\"\\n" \(ID "fedora"\): kernel and init can be installed in debian, ubuntu/,
  ],
  [{ ...debian, id: "__proto__" }, ["usr/bin/apt-get"], /\(ID "__proto__"\)/],
  [{ ...debian, id: "" }, [], /^the image does not say what distribution it is/],
  [debian, [], /^the image has no \/usr\/bin\/apt-get to install packages with/],
])("%j with %j is refused", (osRelease, paths, reason) => {
  const image = { osRelease, has: (path: string) => (paths as string[]).includes(path) };
  expect(plan({ kernel: true, init: true }, image)).toEqual({
    property: "install",
    reason: expect.stringMatching(reason),
  });
});

test("packages are what dpkg says is installed, and new is what came or changed", () => {
  const before = installed(
    "Package: b\nStatus: install ok installed\nVersion: 1\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 2\n",
  );
  expect(before).toEqual([{ name: "b", version: "1" }]);
  const after = installed(
    "Package: b\nStatus: hold ok installed\nVersion: 1.1\nDescription: x\n Version: 9\n\n\nPackage: a\nStatus: install ok installed\nVersion: 0:3~rc1\n",
  );
  expect(newPackages(before, after)).toEqual([
    { name: "a", version: "0:3~rc1" },
    { name: "b", version: "1.1" },
  ]);
  expect(newPackages(after, after)).toEqual([]);
});
