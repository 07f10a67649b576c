import fc from "fast-check";
import { expect, test } from "vitest";
import { isShort, shortNames } from "../../../provider/fat/short-names.ts";

const shorts = (...names: string[]) => [...shortNames(names).values()];

test("a name that fits keeps its letters, in capitals", () => {
  expect(shorts("VMLINUZ", "syslinux.cfg", "initrd.img", "A~1.B")).toEqual([
    ...["VMLINUZ    ", "SYSLINUXCFG", "INITRD  IMG", "A~1     B  "],
  ]);
});

test("others get a number, and never a name that is taken", () => {
  expect(shorts("longfilename.txt", "longfilename2.txt", "LONGFI~2.TXT")).toEqual([
    ...["LONGFI~2TXT", "LONGFI~1TXT", "LONGFI~3TXT"],
  ]);
  expect(shorts(".hidden", "a b.c d", "x.tar.gz", "Grüße", "+", "initrd.img-6.1")).toEqual([
    ...["HIDDEN~1   ", "AB~1    CD ", "XTAR~1  GZ ", "GR__E~1    ", "_~1        ", "INITRD~11  "],
  ]);
});

test("only a name in capitals needs no long one", () => {
  const long = ["README", "Readme.txt", "a.b.c"];
  const found = shortNames(long);
  expect(long.map((name) => isShort(name, found.get(name)!))).toEqual([true, false, false]);
});

test("whatever the names, all get one of their own of 11 characters that FAT allows", () => {
  const name = fc.string({ unit: fc.constantFrom(..."aAbB.~1 +ü"), minLength: 1, maxLength: 14 });
  fc.assert(
    fc.property(fc.uniqueArray(name, { selector: (n) => n.toUpperCase() }), (names) => {
      const found = [...shortNames(names).values()];
      expect(found).toHaveLength(names.length);
      expect(new Set(found).size).toBe(names.length);
      for (const short of found) expect(short).toMatch(/^[A-Z0-9_~]{1,8} *[A-Z0-9_~]{0,3} *$/);
      for (const short of found) expect(short).toHaveLength(11);
    }),
  );
});
