import { expect, test } from "vitest";
import { BootTest } from "../../../provider/flow/prove/boot-test.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { selfSigned } from "../../self-signed.ts";

const ref = (kind: Ref["kind"], digit = "1"): Ref => ({
  kind,
  digest: `sha256:${digit.repeat(64)}`,
  recipe: "",
});
const parse = (given: object) =>
  BootTest.inputs.parse({ expect: { serial: ["login:"] }, ...given });
const problems = (given: object) =>
  BootTest.rules!(parse(given), (input) => !(input in given)).map(
    (p) => `${p.property}: ${p.reason}`,
  );

const pair = selfSigned();

test.each([
  [{}, "image: is required (or kernel): there is nothing to boot"],
  [{ image: ref("disk"), kernel: ref("file") }, "kernel: cannot be set together with image"],
  [{ image: ref("ext4") }, 'image: must be a disk, such as DiskImage.ref, but is of kind "ext4"'],
  [
    { image: ref("disk"), commandLine: "quiet" },
    "commandLine: cannot be set together with image: the disk has its own",
  ],
  [
    { image: ref("disk"), initrd: ref("file") },
    "initrd: cannot be set together with image: the disk has its own",
  ],
  [
    { image: ref("disk"), firmware: "uefi", memoryMiB: 64 },
    "memoryMiB: is 64 but UEFI needs 128 by itself",
  ],
  [{ kernel: ref("file"), media: "usb" }, 'media: is "usb", but a kernel lies on no medium'],
  [{ image: ref("vhd"), media: "cdrom" }, 'media: is "cdrom", but a VHD is a disk'],
  [
    { image: ref("disk"), secureBootCertificate: pair.signingCertificate },
    'secureBootCertificate: is of no use to a BIOS (set firmware to "uefi")',
  ],
  [
    { image: ref("disk"), firmware: "uefi", secureBootCertificate: pair.signingKey },
    "secureBootCertificate: holds a private key, which would stand in the state in clear (give the certificate alone)",
  ],
  [{ kernel: ref("tree") }, 'kernel: must be a file, such as Kernel.ref, but is of kind "tree"'],
  [
    { image: ref("disk"), expect: {} },
    'expect: must hold at least one expectation, such as serial: ["login:"]',
  ],
])("%j is refused", (given, problem) => {
  expect(problems(given)).toEqual([problem]);
});

test.each([
  { image: ref("disk") },
  { image: ref("vhd") },
  { image: ref("file") },
  { kernel: ref("file"), initrd: ref("file", "2"), commandLine: "" },
  { image: ref("disk"), expect: { tcp: [{ port: 22, expect: "SSH-" }] } },
])("%j is accepted", (given) => {
  expect(problems(given)).toEqual([]);
});

test("an image that is not known yet is not taken for a missing one", () => {
  expect(BootTest.rules!({ expect: { serial: ["x"], http: [], tcp: [] } }, () => false)).toEqual(
    [],
  );
});

test.each([
  { timeoutSeconds: 0 },
  { memoryMiB: 1.5 },
  { expect: { serial: [""] } },
  { expect: { http: [{ port: 0 }] } },
  { expect: { http: [{ port: 80, path: "/a b" }] } },
  { expect: { http: [{ port: 80, path: "/\r\nX: y" }] } },
  { expect: { tcp: [{ port: 22 }] } },
  { expect: { serial: ["x"], htpp: [] } },
])("%j is no input", (given) => {
  expect(() => parse(given)).toThrow();
});

test("a medium that is no disk is part of the plan, and a disk changes no plan", () => {
  const image = ref("file");
  expect(BootTest.plan(parse({ image, media: "cdrom" }))).toMatchObject({ media: "cdrom" });
  expect(BootTest.plan(parse({ image, media: "disk" }))).not.toHaveProperty("media");
});

test("a certificate turns Secure Boot on, however its text is wrapped", () => {
  const planOf = (secureBootCertificate: string) =>
    BootTest.plan(parse({ image: ref("disk"), firmware: "uefi", secureBootCertificate }));
  const { signingCertificate } = pair;
  const certificate = signingCertificate.replace(/-----.*-----|\n/g, "");
  expect(planOf(signingCertificate)).toMatchObject({ secureBoot: { certificate } });
  expect(planOf(signingCertificate)).not.toHaveProperty("secureBootCertificate");
  const wrapped = planOf(signingCertificate.replaceAll("\n", "\r\n"));
  expect(wrapped).toEqual(planOf(signingCertificate));
});

test("left out, a machine has a BIOS, 1 GiB, one processor and ten minutes", () => {
  const image = ref("disk");
  expect(BootTest.plan(parse({ image }))).toEqual({
    image,
    firmware: "bios",
    memoryMiB: 1024,
    cpus: 1,
    timeoutSeconds: 600,
    expect: { serial: ["login:"], http: [], tcp: [] },
  });
});

test("a kernel without a command line speaks on the serial port", () => {
  expect(BootTest.plan(parse({ kernel: ref("file") })).commandLine).toBe("console=ttyS0");
  expect(BootTest.plan(parse({ kernel: ref("file"), commandLine: "" })).commandLine).toBe("");
});

test("keys and a picture are part of the plan, and what is not asked for is as if there were no such inputs", () => {
  const keys = [{ after: "GNU GRUB", press: ["down", "ret"] }];
  const plan = (given: object) => BootTest.plan(parse({ image: ref("disk"), ...given }));
  expect(plan({ keys, screenshot: true })).toMatchObject({ keys, screenshot: true });
  const without = plan({ keys: [], screenshot: false });
  expect(Object.keys(without)).not.toContain("keys");
  expect(Object.keys(without)).not.toContain("screenshot");
});

test.each([["down"], ["ret"], ["f12"], ["ctrl-alt-delete"], ["shift-a"]])(
  "the key %s is taken",
  (key) => {
    expect(parse({ keys: [{ after: "x", press: [key] }] }).keys[0]?.press).toEqual([key]);
  },
);

test.each([["Enter"], ["f13"], ["ctrl-"], ["a b"], [""]])("the key %j is refused", (key) => {
  expect(() => parse({ keys: [{ after: "x", press: [key] }] })).toThrow(
    "must be a key as QEMU calls it",
  );
});
