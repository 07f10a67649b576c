import type { InputProblem } from "../errors.ts";
import type { Expectations } from "../plan/boot-expectations.ts";
import type { Ref } from "../plan/ref.ts";
import { isRefusal, readCertificate } from "../signing/identity.ts";

/** The inputs that rules look at; what is not known yet is missing. */
export interface BootInputs {
  readonly image?: Ref | undefined;
  readonly media?: "disk" | "cdrom" | "usb" | undefined;
  readonly kernel?: Ref | undefined;
  readonly initrd?: Ref | undefined;
  readonly commandLine?: string | undefined;
  readonly firmware?: "bios" | "uefi" | undefined;
  readonly secureBootCertificate?: string | undefined;
  readonly memoryMiB?: number | undefined;
  readonly expect?: Expectations | undefined;
}

/** What OVMF needs to come as far as a boot loader. */
const uefiMiB = 128;

const disks: readonly string[] = ["disk", "vhd", "file"];

/** What is wrong with the inputs of a boot test that are known. */
export function bootProblems({
  image,
  media = "disk",
  kernel,
  initrd,
  commandLine,
  firmware,
  secureBootCertificate,
  memoryMiB = uefiMiB,
  expect,
}: BootInputs): InputProblem[] {
  const found: InputProblem[] = [];
  if (image && kernel)
    found.push({ property: "kernel", reason: "cannot be set together with image" });
  if (image && !disks.includes(image.kind))
    found.push({
      property: "image",
      reason: `must be a disk, such as DiskImage.ref, but is of kind "${image.kind}"`,
    });
  if (kernel && media !== "disk")
    found.push({ property: "media", reason: `is "${media}", but a kernel lies on no medium` });
  if (image && media === "cdrom" && image.kind === "vhd")
    found.push({ property: "media", reason: 'is "cdrom", but a VHD is a disk' });
  for (const [property, value] of Object.entries({ initrd, commandLine }))
    if (image && value !== undefined)
      found.push({ property, reason: "cannot be set together with image: the disk has its own" });
  for (const [property, ref] of Object.entries({ kernel, initrd }))
    if (ref && ref.kind !== "file")
      found.push({
        property,
        reason: `must be a file, such as Kernel.ref, but is of kind "${ref.kind}"`,
      });
  if (firmware === "uefi" && memoryMiB < uefiMiB)
    found.push({
      property: "memoryMiB",
      reason: `is ${memoryMiB} but UEFI needs ${uefiMiB} by itself`,
    });
  if (secureBootCertificate !== undefined) {
    const property = "secureBootCertificate";
    const certificate = readCertificate(secureBootCertificate);
    if (isRefusal(certificate)) found.push({ property, reason: certificate.reason });
    if (firmware === "bios")
      found.push({ property, reason: 'is of no use to a BIOS (set firmware to "uefi")' });
  }
  if (expect && [...expect.serial, ...expect.http, ...expect.tcp].length === 0)
    found.push({
      property: "expect",
      reason: 'must hold at least one expectation, such as serial: ["login:"]',
    });
  return found;
}

/** What has to be given; `omitted` tells what surely is not. */
export function bootOmissions(omitted: (input: "image" | "kernel") => boolean): InputProblem[] {
  return omitted("image") && omitted("kernel")
    ? [{ property: "image", reason: "is required (or kernel): there is nothing to boot" }]
    : [];
}
