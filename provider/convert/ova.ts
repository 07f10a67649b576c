import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../plan/canonical.ts";
import type { Context } from "../resource.ts";
import { sha256File } from "../store/verify.ts";
import { tarEnd, tarHeader, tarPadding } from "../tree/tar-writer.ts";
import { ovfDescriptor, ovfManifest } from "./ovf.ts";
import { type Conversion, convertDisk } from "./qemu-image.ts";

/** Writes an OVA: a tar of the descriptor, the manifest and the streamOptimized VMDK, in the order that its readers want. */
export async function writeOva(
  conversion: Conversion,
  ctx: Pick<Context, "runner" | "signal">,
): Promise<string> {
  const { disk, folder } = conversion;
  const vmdk = join(folder, "disk.vmdk");
  await convertDisk("vmdk", vmdk, conversion, ctx);
  const { size: fileBytes } = await stat(vmdk);
  const { size: virtualBytes } = await stat(disk);
  const descriptor = ovfDescriptor({ file: "disk.vmdk", fileBytes, virtualBytes });
  const hex = (digest: string) => digest.replace("sha256:", "");
  const manifest = ovfManifest([
    { name: "machine.ovf", sha256: hex(sha256(descriptor)) },
    { name: "disk.vmdk", sha256: hex(await sha256File(vmdk, ctx.signal)) },
  ]);
  const ova = join(folder, "machine.ova");
  const target = await open(ova, "wx");
  try {
    for (const [name, text] of [
      ["machine.ovf", descriptor],
      ["machine.mf", manifest],
    ] as const) {
      const bytes = Buffer.from(text);
      await target.writeFile(member(name, bytes.length));
      await target.writeFile(Buffer.concat([bytes, tarPadding(bytes.length)]));
    }
    await target.writeFile(member("disk.vmdk", fileBytes));
    const options = { highWaterMark: 4 << 20, signal: ctx.signal };
    for await (const chunk of createReadStream(vmdk, options))
      await target.writeFile(chunk as Buffer);
    await target.writeFile(Buffer.concat([tarPadding(fileBytes), tarEnd]));
  } finally {
    await target.close();
  }
  return ova;
}

function member(path: string, size: number): Buffer {
  return tarHeader({ path, type: "file", mode: 0o644, uid: 0, gid: 0, mtime: 0, size });
}
