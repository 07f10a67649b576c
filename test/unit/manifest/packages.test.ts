import { expect, test } from "vitest";
import { apkPackages } from "../../../provider/packages/apk.ts";
import { debPackages } from "../../../provider/packages/deb.ts";

test("dpkg's status tells installed packages with their source", () => {
  const status = `Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Source: glibc (2.36-9+deb12u9)
Version: 2.36-9+deb12u10
Conffiles:
 /etc/ld.so.conf.d/x86_64-linux-gnu.conf d4e7a7b88a71b5ffd9e2644e71a0cfab
Description: GNU C Library
 Package: not-a-field

Package: gone
Status: deinstall ok config-files
Version: 1

Package: bash
Status: hold ok installed
Architecture: amd64
Version: 5.2.15-2+b7
`;
  expect(debPackages(status)).toEqual([
    {
      ...{ manager: "deb", name: "libc6", version: "2.36-9+deb12u10", architecture: "amd64" },
      ...{ sourceName: "glibc", sourceVersion: "2.36-9+deb12u9" },
    },
    {
      ...{ manager: "deb", name: "bash", version: "5.2.15-2+b7", architecture: "amd64" },
      ...{ sourceName: "bash", sourceVersion: "5.2.15-2+b7" },
    },
  ]);
});

test("a paragraph of a distroless image, which has no status, is a package", () => {
  expect(debPackages("Package: tzdata\nVersion: 2024a\nArchitecture: all\n")).toHaveLength(1);
});

test("apk's database tells packages and their files", () => {
  const installed = `C:Q1abc=
P:musl
V:1.2.4-r2
A:x86_64
o:musl
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1x=
R:libc.musl-x86_64.so.1

P:busybox-binsh
V:1.36.1-r15
A:x86_64
o:busybox
F:
R:top
F:bin
R:sh
`;
  expect(
    apkPackages(installed).map(({ package: { name, sourceName }, files }) => [
      name,
      sourceName,
      files,
    ]),
  ).toEqual([
    ["musl", "musl", ["lib/ld-musl-x86_64.so.1", "lib/libc.musl-x86_64.so.1"]],
    ["busybox-binsh", "busybox", ["top", "bin/sh"]],
  ]);
});
