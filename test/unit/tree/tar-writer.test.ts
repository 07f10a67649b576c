import { expect, test } from "vitest";
import { indexLayer } from "../../../provider/tree/layer-index.ts";
import { tarEnd, tarHeader } from "../../../provider/tree/tar-writer.ts";
import { writeTar } from "../../tar.ts";
import { withFile } from "./tar-bytes.ts";

const base = { mode: 0o644, uid: 0, gid: 0, mtime: 1000 };
const entries = [
  { ...base, path: "d", type: "directory" as const, mode: 0o755 },
  { ...base, path: "d/empty", type: "file" as const },
  { ...base, path: `d/${"n".repeat(200)}`, type: "file" as const, content: Buffer.from("long") },
  {
    ...base,
    path: "d/\xff\xe4",
    type: "file" as const,
    content: Buffer.alloc(5000, "x"),
    uid: 4e9,
    gid: 4e9,
  },
  { ...base, path: "l", type: "symlink" as const, target: "t".repeat(150) },
  {
    ...base,
    path: "x",
    type: "file" as const,
    content: Buffer.from("y"),
    mtime: -5,
    xattrs: [["user.a=b%c", "\0\n="]] as const,
  },
  { ...base, path: "late", type: "file" as const, mtime: 2 ** 34 },
];

test("what is written is what an index of it finds, offsets included", async () => {
  const written = writeTar(entries);
  const members = [...(await withFile(written.bytes, (file) => indexLayer(file))).members];
  expect(members).toEqual(written.entries);
});

test("equal entries give equal bytes", () => {
  expect(writeTar(entries).bytes.equals(writeTar(structuredClone(entries)).bytes)).toBe(true);
});

test("times with fractions, devices, big sizes and the root survive", async () => {
  const headers = [
    { ...base, path: "", type: "directory" as const, size: 0, mode: 0o1777 },
    { ...base, path: "a", type: "fifo" as const, size: 0, mtime: -2, mtimeNs: 500000000 },
    { ...base, path: "b", type: "block" as const, size: 0, major: 259, minor: 70000, mtimeNs: 120 },
  ];
  const bytes = Buffer.concat([...headers.map((header) => tarHeader(header)), tarEnd]);
  const members = [...(await withFile(bytes, (file) => indexLayer(file))).members];
  expect(members).toMatchObject(headers);
  expect(tarHeader({ ...base, path: "big", type: "file", size: 2 ** 34 }).toString()).toContain(
    " size=17179869184\n",
  );
});

test("names with .. and devices that do not fit are refused", () => {
  expect(() => writeTar([{ ...base, path: "../x", type: "file" }])).toThrow(/\.\./);
  expect(() => tarHeader({ ...base, path: "b", type: "block", size: 0, major: 2 ** 22 })).toThrow(
    /4194304:0/,
  );
});
