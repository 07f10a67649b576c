import { expect, test } from "vitest";
import type { TarMember } from "../../../provider/tree/tar-member.ts";
import { readTar } from "../../../provider/tree/tar-reader.ts";
import { archive, body, chunksOf, file, header, pax } from "./tar-bytes.ts";

type Read = Omit<TarMember, "body"> & { content: string };

async function read(bytes: Buffer, chunk?: number): Promise<Read[]> {
  const members: Read[] = [];
  for await (const { body: content, ...member } of readTar(chunksOf(bytes, chunk))) {
    const pieces: Buffer[] = [];
    for await (const piece of content()) pieces.push(Buffer.from(piece));
    members.push({ ...member, content: Buffer.concat(pieces).toString("latin1") });
  }
  return members;
}
const one = async (...parts: Buffer[]) => (await read(archive(...parts)))[0]!;

test("a file has its attributes, its bytes and their offset, however the stream is cut", async () => {
  const bytes = archive(header("d/", { type: "5", mode: 0o1777 }), file("d/a", "hello"));
  for (const chunk of [1, 100, 511, 513, 4096]) {
    expect(await read(bytes, chunk)).toEqual([
      expect.objectContaining({ path: "d", type: "directory", mode: 0o1777, regions: [] }),
      expect.objectContaining({ path: "d/a", size: 5, regions: [[0, 1024, 5]], content: "hello" }),
    ]);
  }
});

test("file-type bits in the mode are dropped", async () => {
  expect((await one(file("a", "", { mode: 0o104755 }))).mode).toBe(0o4755);
});

const types: [string, Partial<Read>][] = [
  ["1", { type: "link", target: "t/x", size: 0 }],
  ["2", { type: "symlink", target: "/t/x", size: 4 }],
  ["3", { type: "character", major: 5, minor: 1 }],
  ["4", { type: "block", major: 5, minor: 1 }],
  ["5", { type: "directory" }],
  ["6", { type: "fifo" }],
  ["7", { type: "file" }],
];
test.each(types)("type %s is read", async (type, expected) => {
  expect(await one(header("a", { type, link: "/t/x", device: [5, 1] }))).toMatchObject(expected);
});

test("a size in the header of a link or directory is no body", async () => {
  const members = await read(
    archive(header("a", { type: "1", link: "b", size: 9 }), file("c", "")),
  );
  expect(members.map((m) => m.path)).toEqual(["a", "c"]);
});

test("long names come from ustar's prefix, GNU's L and K, and PAX, which wins", async () => {
  const long = "n".repeat(150);
  const gnu = { magic: "ustar  \0" };
  const l = file("././@LongLink", `${long}\0`, { type: "L", ...gnu });
  const k = file("././@LongLink", `${long}/t\0`, { type: "K", ...gnu });
  expect((await one(header("b", { prefix: "a" }))).path).toBe("a/b");
  expect(await one(l, k, header("x", { type: "2", ...gnu }))).toMatchObject({
    path: long,
    target: `${long}/t`,
  });
  expect((await one(l, pax([["path", "p\xff/\xe4"]]), header("x", gnu))).path).toBe("p\xff/\xe4");
});

test("PAX records of one member do not reach the next; global ones do", async () => {
  const bytes = archive(
    pax([["uid", "7"]], "g"),
    pax([["path", "p"]]),
    file("a", ""),
    file("b", ""),
    pax([["uid", ""]]),
    file("c", "", { uid: 3 }),
  );
  expect((await read(bytes)).map((m) => [m.path, m.uid])).toEqual([
    ["p", 7],
    ["b", 7],
    ["c", 3],
  ]);
});

test("PAX numbers override the header's", async () => {
  const records: [string, string][] = [
    ["size", "3"],
    ["uid", "4000000000"],
    ["gid", "4000000001"],
    ["hdrcharset", "BINARY"],
  ];
  const member = await one(pax(records), header("a"), body("abc"));
  expect(member).toMatchObject({ uid: 4000000000, gid: 4000000001, size: 3, content: "abc" });
});

test.each([
  ["1700000000.123456789", 1700000000, 123456789],
  ["1700000000.1234567899", 1700000000, 123456789],
  ["5.5", 5, 500000000],
  ["-1.5", -2, 500000000],
  ["-315619200", -315619200, 0],
  ["-0.25", -1, 750000000],
])("PAX mtime %s", async (value, mtime, mtimeNs) => {
  expect(await one(pax([["mtime", value]]), file("a", ""))).toMatchObject({ mtime, mtimeNs });
});

test("base-256 numbers are read, negative ones too", async () => {
  const negative = Buffer.alloc(12, 0xff);
  negative.writeInt32BE(-5, 8);
  const uid = Buffer.from([0x80, 0, 0, 0, 0xee, 0x6b, 0x28, 0]);
  expect(await one(file("a", "", { mtime: negative, uid }))).toMatchObject({
    mtime: -5,
    uid: 4000000000,
  });
});

test("attributes are read from every spelling and sorted by name", async () => {
  const member = await one(
    pax([
      ["SCHILY.xattr.user.z", "a=b\nc\0"],
      ["SCHILY.xattr.user.%3D%25", ""],
      ["LIBARCHIVE.xattr.user.b%20c", Buffer.from("v").toString("base64")],
      ["LIBARCHIVE.xattr.user.z", Buffer.from("other").toString("base64")],
      ["RHT.security.selinux", "system_u:object_r:bin_t:s0"],
    ]),
    file("a", ""),
  );
  expect(member.xattrs).toEqual([
    ["security.selinux", "system_u:object_r:bin_t:s0\0"],
    ["user.=%", ""],
    ["user.b c", "v"],
    ["user.z", "a=b\nc\0"],
  ]);
});

test("a text ACL becomes the kernel's bytes; one with unknown names is refused", async () => {
  const acl = (value: string) => one(pax([["SCHILY.acl.access", value]]), file("a", ""));
  const { xattrs } = await acl("user::rw-,user:1000:r--,group::r--,mask::r--,other::---");
  const [name, value] = xattrs![0]!;
  expect([name, Buffer.from(value, "latin1").toString("hex")]).toEqual([
    "system.posix_acl_access",
    "0200000001000600ffffffff02000400e803000004000400ffffffff10000400ffffffff20000000ffffffff",
  ]);
  await expect(acl("user::rw-,user:daemon:r--")).rejects.toThrow(/"a".*"user:daemon:r--"/);
});

const regions = "GNU.sparse.map";
const sparse: [string, Buffer[]][] = [
  [
    "0.0",
    [
      pax([
        ["GNU.sparse.size", "20480"],
        ["GNU.sparse.numblocks", "2"],
        ["GNU.sparse.offset", "4096"],
        ["GNU.sparse.numbytes", "4"],
        ["GNU.sparse.offset", "20480"],
        ["GNU.sparse.numbytes", "0"],
      ]),
      file("s", "data"),
    ],
  ],
  [
    "0.1",
    [
      pax([
        ["GNU.sparse.size", "20480"],
        ["GNU.sparse.name", "s"],
        [regions, "4096,4,20480,0"],
      ]),
      file("GNUSparseFile.1/s", "data"),
    ],
  ],
  [
    "1.0",
    [
      pax([
        ["GNU.sparse.major", "1"],
        ["GNU.sparse.minor", "0"],
        ["GNU.sparse.name", "s"],
        ["GNU.sparse.realsize", "20480"],
      ]),
      header("GNUSparseFile.1/s", { size: 516 }),
      body("2\n4096\n4\n20480\n0\n"),
      body("data"),
    ],
  ],
  [
    "old GNU",
    [
      header("s", {
        type: "S",
        size: 4,
        magic: "ustar  \0",
        raw: (block) => {
          const octal = (value: number, at: number) =>
            block.write(`${value.toString(8).padStart(11, "0")}\0`, at, "latin1");
          octal(4096, 386);
          octal(4, 398);
          octal(20480, 483);
          block[482] = 1;
        },
      }),
      body("00000050000\x0000000000000\0"),
      body("data"),
    ],
  ],
];
test.each(sparse)("GNU sparse %s: real name, size and place of the data", async (_, parts) => {
  const bytes = archive(...parts, file("next", "n"));
  const members = await read(bytes);
  const at = bytes.indexOf("data", 0, "latin1");
  expect(members[0]).toMatchObject({ path: "s", size: 20480, regions: [[4096, at, 4]] });
  expect(members.map((m) => m.content)).toEqual(["data", "n"]);
});

const hostile: [string, Buffer, RegExp][] = [
  ["an absolute name", archive(file("/etc/passwd", "")), /"\/etc\/passwd" at byte 0: absolute/],
  [
    "a name with ..",
    archive(file("a", ""), file("b/../../c", "")),
    /"b\/..\/..\/c" at byte 512:.*"\.\."/,
  ],
  ["a link to ..", archive(header("a", { type: "1", link: "../x" })), /"a".*"\.\."/],
  ["a file without a name", archive(file("./", "", { type: "0" }), file(".", "x")), /no name/],
  ["a NUL in a name", archive(pax([["path", "a\0b"]]), file("x", "")), /NUL/],
  [
    "a huge long name",
    archive(header("L", { type: "L", size: 2 ** 30 })),
    /1073741824 bytes at byte 0/,
  ],
  ["a lying PAX header", archive(header("x", { type: "x", size: 5000 })), /truncated at byte 1536/],
  [
    "a PAX record beyond its header",
    archive(file("x", "99 path=a\n", { type: "x" })),
    /malformed PAX record at byte 512/,
  ],
  ["a PAX size that is no number", archive(pax([["size", "-5"]]), file("a", "")), /"a".*size="-5"/],
  ["an unknown type", archive(file("a", "", { type: "M" })), /"a".*type "M" is not supported/],
  [
    "a sparse map outside its file",
    archive(
      pax([
        ["GNU.sparse.size", "10"],
        [regions, "8,4"],
      ]),
      file("a", "data"),
    ),
    /4 bytes at 8 of 10/,
  ],
  [
    "a sparse map that overlaps",
    archive(
      pax([
        ["GNU.sparse.size", "99"],
        [regions, "0,2,1,2"],
      ]),
      file("a", "data"),
    ),
    /2 bytes at 1 of 99/,
  ],
  [
    "a sparse map that lies about what is stored",
    archive(
      pax([
        ["GNU.sparse.size", "99"],
        [regions, "0,3"],
      ]),
      file("a", "data"),
    ),
    /holds 3 bytes but 4/,
  ],
  [
    "a lone block of zeros",
    Buffer.concat([Buffer.alloc(512), file("a", "")]),
    /lone block of zeros before byte 512/,
  ],
  [
    "an archive cut in a body",
    file("a", "x".repeat(600)).subarray(0, 1000),
    /truncated at byte 1000/,
  ],
  ["an archive cut in a header", file("a", "").subarray(0, 100), /truncated at byte 100/],
  [
    "a damaged header",
    archive(file("a", "", { raw: () => {} })).fill(1, 0, 1),
    /bad checksum in the tar header at byte 0/,
  ],
];
test.each(hostile)("%s is refused", async (_, bytes, message) => {
  await expect(read(bytes)).rejects.toThrow(message);
});

test("an archive may end without closing blocks", async () => {
  expect(await read(file("./a/./b//c", "x"))).toMatchObject([{ path: "a/b/c", content: "x" }]);
});
