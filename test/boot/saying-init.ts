const header = 0x78;
const address = 0x400000;

/** An initramfs (cpio newc) whose /init prints a text and then waits: an ELF program without a library. */
export function sayingInitramfs(text: string): Buffer {
  return Buffer.concat([
    member("init", 0o100755, sayingProgram(text)),
    member("TRAILER!!!", 0, Buffer.alloc(0)),
  ]);
}

/**
 * mov edi,1; lea rsi,[rip+text]; mov edx,length; mov eax,1 (write); syscall
 * wait: mov eax,34 (pause); syscall; jmp wait
 */
function sayingProgram(text: string): Buffer {
  const code = Buffer.from(
    "bf01000000488d3500000000ba00000000b8010000000f05b8220000000f05ebf7",
    "hex",
  );
  code.writeInt32LE(code.length - 12, 8);
  code.writeUInt32LE(text.length, 13);
  const size = header + code.length + text.length;
  const elf = Buffer.alloc(header);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0);
  elf.writeUInt16LE(2, 16);
  elf.writeUInt16LE(62, 18);
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(BigInt(address + header), 24);
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(64, 52);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(1, 64); // loaded
  elf.writeUInt32LE(5, 68); // read and executed
  elf.writeBigUInt64LE(BigInt(address), 80);
  elf.writeBigUInt64LE(BigInt(address), 88);
  elf.writeBigUInt64LE(BigInt(size), 96);
  elf.writeBigUInt64LE(BigInt(size), 104);
  elf.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([elf, code, Buffer.from(text, "latin1")]);
}

function member(name: string, mode: number, content: Buffer): Buffer {
  const fields = [0, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  const hex = fields.map((field) => field.toString(16).padStart(8, "0")).join("");
  return Buffer.concat([padded(Buffer.from(`070701${hex}${name}\0`)), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
