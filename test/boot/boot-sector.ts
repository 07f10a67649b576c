import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bootSectorDisk } from "../../provider/host/kvm.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import type { Store } from "../../provider/store/store.ts";

/**
 * A boot sector that sends a text to the first serial port and halts:
 * xor ax,ax; mov ds,ax; cld; mov si,text
 * next: lodsb; test al,al; jz end; mov ah,al; mov dx,3fdh
 * wait: in al,dx; test al,20h; jz wait; mov al,ah; mov dx,3f8h; out dx,al; jmp next
 * end: hlt; jmp end
 * Where it `dirties`, it first writes itself to the second sector by the BIOS (mov ax,301h; mov bx,7c00h; mov cx,2; mov dh,0; int 13h; here: jc here),
 * so that what cannot write stays silent. Where it `resets`, it ends with mov al,0feh; out 64h,al.
 */
export function sayingBootSector(text: string, { dirties = false, resets = false } = {}): Buffer {
  const write = dirties ? "b80103bb007cb90200b600cd1372fe" : "";
  const before = `31c08ed88ec0fc${write}be`;
  const end = `${resets ? "b0fee664" : ""}f4ebfd`;
  const after = `ac84c0741288c4bafd03eca82074fb88e0baf803eeebe9${end}`;
  const start = before.length / 2 + 2 + after.length / 2;
  const address = Buffer.alloc(2);
  address.writeUInt16LE(0x7c00 + start);
  const code = [Buffer.from(before, "hex"), address, Buffer.from(after, "hex")];
  return Buffer.concat([...code, Buffer.from(`${text}\0`, "latin1")]);
}

/** Commits a disk of 1 MiB that begins with a boot sector. */
export async function commitDisk(store: Store, code: Buffer): Promise<Ref> {
  const bytes = bootSectorDisk(code);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  await store.stage(async (folder) => {
    const file = join(folder, "disk.raw");
    await writeFile(file, bytes);
    await store.commit({ kind: "disk", digest, file });
  });
  return { kind: "disk", digest, recipe: "" };
}
