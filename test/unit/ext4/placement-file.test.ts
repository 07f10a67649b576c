import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type LastPlacement,
  parsePlacement,
  placementTexts,
} from "../../../provider/ext4/placement/last-placement.ts";
import { placementOf } from "../../../provider/ext4/placement/placement-of.ts";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import { layers } from "./generated-trees.ts";
import { firstPlacement } from "./placements.ts";
import { directory, file, sized, treeOf } from "./trees.ts";

const textOf = (placement: LastPlacement) => [...placementTexts(placement)].join("");

describe("the file of a placement", () => {
  const own: LastPlacement = placementOf(
    planExt4(treeOf(directory("etc"), file("etc/a", 9000), file("b", 5)), sized(48)),
  );

  test("reads as what was written, whatever the names", () => {
    fc.assert(
      fc.property(layers, (made) => {
        const placement = firstPlacement(made);
        const text = textOf(placement);
        expect(textOf(parsePlacement(text))).toBe(text);
        const sorted = [...placement.names].sort((a, b) => (a.path < b.path ? -1 : 1));
        expect(parsePlacement(text).names).toEqual(sorted);
      }),
      { numRuns: 30 },
    );
  });

  test("has its names in the order of their bytes, and those of the deepest folders", () => {
    const folders = Array.from({ length: 8000 }, (_, i) => directory("d".padEnd(2 * i + 1, "/d")));
    const names = ["a", "a/b", "a/b/c", "a/b-", "a-b", "a0"].map((path) => directory(path));
    const paths = placementOf(planExt4(treeOf(...names, ...folders), sized(256))).names.map(
      ({ path }) => path,
    );
    expect(paths).toEqual([...paths].sort());
    expect(paths).toHaveLength(2 + names.length + folders.length);
  });

  test("has a line for each name", () => {
    expect(textOf(own).split("\n")).toHaveLength(own.names.length + 3);
    expect(textOf(own).split("\n")[1]).toMatch(/^\["",2,"",\[0,\d+,1\]\],$/);
  });

  const bad: [string, string, string][] = [
    ["not JSON", "{", "it is not JSON"],
    ["another document", "[]", 'it does not begin with {"placement":1'],
    ["a later version", '{"placement":2,"names":[]}', 'it does not begin with {"placement":1'],
    ["no names", '{"placement":1}', "it has no names"],
    ["a name that is no list", '{"placement":1,"names":[{}]}', "line 2 is not a name"],
    ["a negative number", '{"placement":1,"names":[["a",-1,""]]}', "line 2 is not a name"],
    ["a fraction", '{"placement":1,"names":[["a",1.5,""]]}', "line 2 is not a name"],
    ["half an extent", '{"placement":1,"names":[["a",1,"",[0,1]]]}', "line 2 is not a name"],
    ["an empty extent", '{"placement":1,"names":[["a",1,"",[0,9,0]]]}', "line 2 is not a name"],
    [
      "extents in disorder",
      '{"placement":1,"names":[["a",1,"",[5,9,2,6,20,1]]]}',
      "line 2 is not a name",
    ],
  ];
  test.each(bad)("is refused for %s", (_, text, reason) => {
    expect(() => parsePlacement(text)).toThrow(`It is not a placement: ${reason}`);
  });
});
