import fc from "fast-check";
import { expect, test } from "vitest";
import { ContentError } from "../../../provider/errors.ts";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import type { Tree } from "../../../provider/tree/types.ts";
import { sized } from "../../unit/ext4/trees.ts";
import { archive, file, header, pax } from "../../unit/tree/tar-bytes.ts";
import { refusal, treeOf, withDestination } from "./take.ts";

// A number of runs and no time, so that a slow machine looks at as much.
const bounds = { numRuns: process.env.BOOTWRIGHT_TEST_ALL ? 10_000 : 300 };

// What is refused at once is rare, or nearly every layer would be, and the merger would see little.
const often = <T, U>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<U>, weight = 40) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });
const name = often(
  fc.constantFrom(
    ...[
      "a",
      "b",
      "a/b",
      "a/b/c",
      "./a",
      "a/",
      ".wh.a",
      "a/.wh.b",
      ".wh..wh..opq",
      "a/.wh..wh..opq",
    ],
    ...["l", "l/x", "a\nb", "\xff", "n".repeat(255)],
  ),
  fc.constantFrom("..", "../a", "/a", "", ".", ".wh.", "n".repeat(256), "lost+found"),
);
const number = often(
  fc.constantFrom("0", "1", "512", "513"),
  fc.constantFrom("-1", "4294967296", "9007199254740993", "x"),
  9,
);
const attribute = fc.tuple(
  fc.string({ unit: "binary-ascii" }).map((text) => `SCHILY.xattr.${text.replaceAll("=", "")}`),
  fc.string({ unit: "binary-ascii" }),
);
const record = often(
  fc.oneof(
    fc.tuple(fc.constantFrom("path", "linkpath"), name),
    fc.tuple(fc.constantFrom("uid", "gid", "mtime", "SCHILY.devmajor"), number),
    attribute,
  ),
  fc.oneof(
    fc.tuple(fc.constant("GNU.sparse.name"), name),
    fc.tuple(
      fc.constantFrom(
        ...["size", "GNU.sparse.size", "GNU.sparse.major", "GNU.sparse.realsize"],
        ...["GNU.sparse.offset", "GNU.sparse.numbytes"],
      ),
      number,
    ),
    fc.tuple(
      fc.constant("GNU.sparse.map"),
      fc.array(number).map((numbers) => numbers.join()),
    ),
    fc.tuple(fc.constantFrom("SCHILY.acl.access", "LIBARCHIVE.xattr.user.a"), fc.string()),
  ),
);
const part = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(name, fc.string({ maxLength: 600, unit: "binary-ascii" }))
      .map(([n, c]) => file(n, c)),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        name,
        often(fc.constantFrom(..."123456\0"), fc.constantFrom(..."7SLKgxVM")),
        name,
        fc.integer({ min: 0, max: 0o177777 }),
      )
      .map(([n, type, link, mode]) => header(n, { type, link, mode })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.array(record), fc.constantFrom("x", "x", "g"))
      .map(([r, type]) => pax(r, type)),
  },
);
const layer = fc
  .tuple(
    fc.array(part, { maxLength: 12 }).map((parts) => archive(...parts)),
    often(fc.constant([]), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), 9),
    often(fc.constant(null), fc.nat(), 9),
  )
  .map(([bytes, changes, cut]) => {
    for (const [at, value] of changes) if (value > 200) bytes[at % bytes.length] = value;
    return cut === null ? bytes : bytes.subarray(0, cut % bytes.length);
  });

test("any layers make a tree that a filesystem can be planned of, or are refused in one line", async () => {
  let taken = 0;
  const { outside } = await withDestination(async (into) => {
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 3 }), async (layers) => {
        let tree: Tree | undefined;
        try {
          tree = await treeOf(
            layers.map((bytes) => [bytes]),
            into,
          );
        } catch (error) {
          await refusal(() => Promise.reject(error));
          return;
        }
        taken++;
        try {
          planExt4(tree, sized(64));
        } catch (error) {
          if (!(error instanceof ContentError)) throw error;
        }
      }),
      bounds,
    );
  });
  expect(outside).toEqual([]);
  expect(taken).toBeGreaterThan(bounds.numRuns / 3);
});
