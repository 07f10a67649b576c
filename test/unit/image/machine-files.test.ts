import { expect, test } from "vitest";
import { machineFiles } from "../../../provider/image/machine-files.ts";

const networkd = "usr/lib/systemd/system/systemd-networkd.service";
const resolved = "usr/lib/systemd/system/systemd-resolved.service";
const nothing = { network: "none", growRootOnFirstBoot: false } as const;

/** An image with paths, of which some are empty files. */
function image(paths: readonly string[], empty: readonly string[] = []) {
  return {
    has: (path: string) => [...paths, ...empty].includes(path),
    blank: (path: string) => !paths.includes(path),
  };
}

const textOf = (files: ReturnType<typeof machineFiles>["files"], path: string) => {
  const found = files.find((file) => file.path === path);
  return found?.content ? Buffer.from(found.content).toString() : found?.target;
};

test("nothing wished adds nothing", () => {
  expect(machineFiles(nothing, image([]))).toEqual({ files: [], problems: [] });
});

test.each([
  ["web", "127.0.1.1 web\n"],
  ["web.example.org", "127.0.1.1 web.example.org web\n"],
])("the host name %s is in /etc/hosts as %j", (hostname, line) => {
  const { files } = machineFiles({ ...nothing, hostname }, image([], ["etc/hosts"]));
  expect(textOf(files, "etc/hosts")).toContain(line);
  expect(textOf(files, "etc/hostname")).toBe(`${hostname}\n`);
});

test("the image's own /etc/hosts and /etc/resolv.conf stay", () => {
  const own = image([networkd, "etc/hosts", "etc/resolv.conf"]);
  const { files } = machineFiles({ ...nothing, hostname: "web", network: "dhcp" }, own);
  const paths = files.map((file) => file.path);
  expect(paths).not.toContain("etc/hosts");
  expect(paths).not.toContain("etc/resolv.conf");
});

test.each([
  [
    "systemd-resolved, where the image has it",
    [networkd, resolved],
    "../run/systemd/resolve/stub-resolv.conf",
  ],
  ["networkd's own list, where it has not", [networkd], "../run/resolv.conf"],
])("name servers come from %s", (_, paths, target) => {
  const { files } = machineFiles({ ...nothing, network: "dhcp" }, image(paths));
  expect(textOf(files, "etc/resolv.conf")).toBe(target);
});

test("what a wish needs and the image lacks is named", () => {
  const { problems } = machineFiles(
    { network: "dhcp", growRootOnFirstBoot: true },
    image(["usr/bin/systemctl", "bin/findmnt", "usr/bin/partx", "usr/sbin/resize2fs"]),
  );
  expect(problems.map(({ property, reason }) => `${property}: ${reason}`)).toEqual([
    'network: "dhcp" needs systemd-networkd in the image, which has none (install the package systemd in the Dockerfile)',
    "growRootOnFirstBoot: the image has no sfdisk (install the packages systemd-sysv, util-linux, fdisk and e2fsprogs in the Dockerfile)",
  ]);
});
