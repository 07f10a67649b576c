/** The release that a kernel of x86 says it is, such as `6.6.30-0-lts`, which names its modules' folder (boot.rst of Linux, `kernel_version`). */
export function releaseIn(kernel: Buffer | undefined): string | undefined {
  const isKernel =
    kernel && kernel.length > 0x20f && kernel.toString("latin1", 0x202, 0x206) === "HdrS";
  if (!isKernel) return undefined;
  const at = 0x200 + kernel.readUInt16LE(0x20e);
  return /^[\w.+~-]+/.exec(kernel.toString("latin1", at, at + 128))?.[0];
}
