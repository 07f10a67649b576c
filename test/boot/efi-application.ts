const alignment = 0x200;

/** A program for the firmware of a PC with UEFI that sends a text to the first serial port and halts (PE format, sections omitted). */
export function sayingEfiApplication(text: string): Buffer {
  const code = sayingCode(text);
  const size = Math.ceil(code.length / alignment) * alignment;
  const bytes = Buffer.alloc(2 * alignment + size);
  bytes.write("MZ", 0, "latin1");
  bytes.writeUInt32LE(0x40, 60);
  const pe = bytes.subarray(0x40);
  pe.write("PE\0\0", 0, "latin1");
  pe.writeUInt16LE(0x8664, 4);
  pe.writeUInt16LE(1, 6); // one section
  pe.writeUInt16LE(112 + 16 * 8, 20); // size of the optional header
  pe.writeUInt16LE(0x0022, 22); // executable, large addresses
  const optional = pe.subarray(24);
  optional.writeUInt16LE(0x20b, 0);
  optional.writeUInt32LE(size, 4);
  optional.writeUInt32LE(2 * alignment, 16); // entry point
  optional.writeUInt32LE(2 * alignment, 20);
  optional.writeUInt32LE(alignment, 32);
  optional.writeUInt32LE(alignment, 36);
  optional.writeUInt32LE(bytes.length, 56);
  optional.writeUInt32LE(2 * alignment, 60);
  optional.writeUInt16LE(10, 68); // EFI application
  optional.writeUInt32LE(16, 108);
  const section = optional.subarray(112 + 16 * 8);
  section.write(".text", 0, "latin1");
  section.writeUInt32LE(size, 8);
  section.writeUInt32LE(2 * alignment, 12);
  section.writeUInt32LE(size, 16);
  section.writeUInt32LE(2 * alignment, 20);
  section.writeUInt32LE(0x60000020, 36); // code that is executed and read
  bytes.set(code, 2 * alignment);
  return bytes;
}

/**
 * lea rsi,[rip+text]
 * next: lodsb; test al,al; jz end; mov ah,al; mov edx,3fdh
 * wait: in al,dx; test al,20h; jz wait; mov al,ah; mov edx,3f8h; out dx,al; jmp next
 * end: hlt; jmp end
 */
function sayingCode(text: string): Buffer {
  const code = Buffer.from(
    "488d3500000000ac84c0741688c4bafd030000eca82074fb88e0baf8030000eeebe5f4ebfd",
    "hex",
  );
  code.writeInt32LE(code.length - 7, 3);
  return Buffer.concat([code, Buffer.from(`${text}\0`, "latin1")]);
}
