import { describe, expect, test } from "vitest";
import {
  installedPackages,
  manifestText,
  withoutLiveOnly,
} from "../../../provider/iso/manifest.ts";

const dpkg = `Package: live-boot
Status: install ok installed
Version: 1:20230131

Package: gone
Status: deinstall ok config-files
Version: 1

Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9+deb12u10
Description: GNU C Library
 Package: not a field

Package: libc6
Status: hold ok installed
Architecture: i386
Version: 2.36-9+deb12u10
`;

const apk = `C:Q1abc=
P:musl
V:1.2.5-r0
A:x86_64
F:lib
R:ld-musl-x86_64.so.1

C:Q1def=
P:busybox
V:1.36.1-r29
`;

describe("a manifest", () => {
  test("has dpkg's installed packages by name, one for each architecture", () => {
    expect(manifestText(installedPackages("dpkg", Buffer.from(dpkg)))).toBe(
      "libc6 2.36-9+deb12u10\nlibc6 2.36-9+deb12u10\nlive-boot 1:20230131\n",
    );
  });

  test("has apk's packages", () => {
    expect(manifestText(installedPackages("apk", Buffer.from(apk)))).toBe(
      "busybox 1.36.1-r29\nmusl 1.2.5-r0\n",
    );
  });

  test("of the desktop is without what is live alone, by whole names and by parts", () => {
    const packages = ["a+b", "aab", "live-boot", "live-boot-doc", "xlive-boot"].map((name) => ({
      ...{ name, version: "1" },
    }));
    const names = (patterns: string[]) =>
      withoutLiveOnly(packages, patterns).map(({ name }) => name);
    expect(names(["live-boot"])).toEqual(["a+b", "aab", "live-boot-doc", "xlive-boot"]);
    expect(names(["live-*", "a+b"])).toEqual(["aab", "xlive-boot"]);
    expect(names(["*live*doc", "a.b"])).toEqual(["a+b", "aab", "live-boot", "xlive-boot"]);
    expect(names([])).toHaveLength(5);
  });
});
