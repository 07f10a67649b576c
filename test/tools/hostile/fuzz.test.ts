import fc from "fast-check";
import { expect, test } from "vitest";
import { ContentError } from "../../../provider/errors.ts";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import type { Tree } from "../../../provider/tree/types.ts";
import { sized } from "../../unit/ext4/trees.ts";
import { archive, file, header, pax } from "../../unit/tree/tar-bytes.ts";
import { refusal, treeOf, withDestination } from "./take.ts";

const milliseconds = process.env.BOOTWRIGHT_TEST_ALL ? 120_000 : 5_000;

const name = fc.constantFrom(
  ...["a", "b", "a/b", "a/b/c", "./a", "a/", ".wh.a", "a/.wh.b", ".wh..wh..opq", "a/.wh..wh..opq"],
  ...[
    "l",
    "l/x",
    "..",
    "../a",
    "/a",
    "",
    ".",
    ".wh.",
    "a\nb",
    "\xff",
    "n".repeat(256),
    "lost+found",
  ],
);
const number = fc.constantFrom("0", "1", "512", "513", "-1", "4294967296", "9007199254740993", "x");
const record = fc.oneof(
  fc.tuple(fc.constantFrom("path", "linkpath", "GNU.sparse.name"), name),
  fc.tuple(
    fc.constantFrom(
      ...["size", "uid", "gid", "mtime", "SCHILY.devmajor", "GNU.sparse.size", "GNU.sparse.major"],
      ...["GNU.sparse.realsize", "GNU.sparse.offset", "GNU.sparse.numbytes"],
    ),
    number,
  ),
  fc.tuple(
    fc.constant("GNU.sparse.map"),
    fc.array(number).map((numbers) => numbers.join()),
  ),
  fc.tuple(fc.constantFrom("SCHILY.acl.access", "LIBARCHIVE.xattr.user.a"), fc.string()),
  fc.tuple(
    fc.string({ unit: "binary-ascii" }).map((text) => `SCHILY.xattr.${text.replaceAll("=", "")}`),
    fc.string({ unit: "binary-ascii" }),
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
        fc.constantFrom(..."1234567SLKgxV\0M"),
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
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
    fc.option(fc.nat(), { freq: 4 }),
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
      { numRuns: 1_000_000, interruptAfterTimeLimit: milliseconds, markInterruptAsFailure: false },
    );
  });
  expect(outside).toEqual([]);
  expect(taken).toBeGreaterThan(10);
});
