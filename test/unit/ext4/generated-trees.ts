import fc from "fast-check";
import { LayerStack } from "../../../provider/tree/layer-stack.ts";
import type { Entry, Item, Tree } from "../../../provider/tree/types.ts";
import { contentOf, digestOf, source, sourceBytes } from "./contents.ts";

/** Something that a layer of a made-up image does. */
export type Change =
  | { readonly remove: string }
  | { readonly link: string; readonly to: string }
  | { readonly put: Entry };

/** A made-up image: what each layer does, in order. */
export type Layers = readonly (readonly Change[])[];

const block = 4096;
// Few names, so that layers meet each other; some are long, not UTF-8, or odd in a shell.
const names = [
  "a",
  "b",
  "etc",
  "lib",
  "with space",
  "caf\xe9",
  "-x",
  "n".repeat(255),
  "lost+found",
];
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...names) },
  fc.stringMatching(/^[a-z]{1,40}$/),
);
const path = fc
  .array(name, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("/"))
  .filter((made) => !made.startsWith("lost+found"));
const id = fc.oneof(fc.nat(2000), fc.constantFrom(0, 65535, 65536, 4_000_000_000, 2 ** 32 - 1));
const mtime = fc.oneof(
  fc.integer({ min: 1_500_000_000, max: 1_735_689_600 }),
  fc.constantFrom(
    0,
    -1,
    -(2 ** 31),
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
    2 ** 33 + 5,
    2 ** 34 - 2 ** 31 - 1,
  ),
);
const bytes = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((b) => Buffer.from(b).toString("latin1"));
const xattrs = fc
  .uniqueArray(
    fc.tuple(
      fc.stringMatching(/^(user|trusted|security)\.[a-z.\xe9]{1,30}$/),
      fc.oneof({ weight: 4, arbitrary: bytes(24) }, bytes(1200)),
    ),
    { maxLength: 3, selector: ([key]) => key },
  )
  .map((list) => list.sort(([a], [b]) => (a < b ? -1 : 1)));
const common = fc.record({
  mode: fc.nat(0o7777),
  uid: id,
  gid: id,
  mtime,
  mtimeNs: fc.nat(999_999_999),
  xattrs: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, xattrs),
});

const solidFile = fc
  .tuple(
    fc.oneof(fc.nat(9000), fc.nat(300_000), fc.constantFrom(0, block, 2 * block)),
    fc.nat(2 ** 22),
  )
  .map(([size, at]) => fileOf(size, size === 0 ? [] : [[0, at, size]]));
/** Pages of which some are holes; the tail may be a part of a page. */
const sparseFile = fc
  .tuple(
    fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
    fc.nat(block - 1),
    fc.nat(2 ** 20),
  )
  .map(([pages, tail, at]) => {
    const size = pages.length * block - tail;
    const segments: [number, number, number][] = [];
    pages.forEach((isData, i) => {
      const from = i * block;
      const last = segments.at(-1);
      const length = Math.min(block, size - from);
      if (isData && last && last[0] + last[2] === from) last[2] += length;
      else if (isData) segments.push([from, at + from, length]);
    });
    return fileOf(size, segments);
  });
const symlink = fc
  .oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(59, 60, 4095))
  .map((size) => ({ type: "symlink" as const, size, target: "t/".repeat(size).slice(0, size) }));
const device = fc.record({
  type: fc.constantFrom("character" as const, "block" as const),
  size: fc.constant(0),
  major: fc.oneof(fc.nat(300), fc.constant(4095)),
  minor: fc.oneof(fc.nat(300), fc.constant(2 ** 20 - 1)),
});
const body = fc.oneof(
  { weight: 6, arbitrary: solidFile },
  { weight: 2, arbitrary: sparseFile },
  { weight: 4, arbitrary: fc.constant({ type: "directory" as const, size: 0 }) },
  { weight: 2, arbitrary: symlink },
  device,
  fc.constant({ type: "fifo" as const, size: 0 }),
);

function fileOf(size: number, segments: NonNullable<Entry["segments"]>) {
  const digest = digestOf(contentOf(size, segments));
  return { type: "file" as const, size, ...(segments.length > 0 ? { segments, digest } : {}) };
}

const put: fc.Arbitrary<Change> = fc
  .tuple(path, common, body)
  .map(([p, attributes, kind]) => ({ put: { kind: "entry", path: p, ...attributes, ...kind } }));
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 12, arbitrary: put },
  { weight: 2, arbitrary: path.map((p) => ({ remove: p })) },
  { weight: 2, arbitrary: fc.record({ link: path, to: path }) },
);

/** Made-up images of up to five layers. */
export const layers: fc.Arbitrary<Layers> = fc.array(fc.array(change, { maxLength: 14 }), {
  minLength: 1,
  maxLength: 5,
});

const shortPath = fc
  .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("/"));
const anyItem: fc.Arbitrary<Item> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: "boundary" } as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("ghost" as const),
      path: shortPath,
      type: fc.constantFrom("file", "directory", "symlink", "link"),
      size: fc.nat(20_000),
    }),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(shortPath, common, body, shortPath, fc.nat(5))
      .map(([p, own, kind, target, n]): Entry => {
        const entry = { kind: "entry", path: p, ...own, source: 0 } as const;
        return n === 0 ? { ...entry, type: "link", size: 0, target } : { ...entry, ...kind };
      }),
  },
);

/** Items in an order that no merge would give them. */
export const disorder: fc.Arbitrary<Tree> = fc
  .array(anyItem, { maxLength: 25 })
  .map((items) => ({ items, sources: [source] }));

/** One more change, and the layer in which it happens. */
export const edit = fc.tuple(fc.nat(4), fc.oneof(change, fc.constant(undefined)));

/** An image with a change put into one of its layers; without a change the layer goes. */
export function edited(image: Layers, [at, more]: readonly [number, Change | undefined]): Layers {
  const nth = Math.min(at, image.length - 1);
  if (!more) return image.filter((_, i) => i !== nth);
  return image.map((layer, i) => (i === nth ? [...layer, more] : layer));
}

/** The tree of an image, by the merge that real layers go through. */
export function mergedTree(image: Layers): Tree {
  const stack = new LayerStack();
  stack.add({ ...plain, path: "", type: "directory", mode: 0o755, size: 0 });
  for (const layer of image) {
    stack.beginLayer();
    for (const made of layer) apply(stack, made);
  }
  return stack.tree();
}

const plain = { uid: 0, gid: 0, mtime: 0, mtimeNs: 0 };

function apply(stack: LayerStack, made: Change): void {
  if ("remove" in made) stack.remove(made.remove);
  else if ("put" in made) {
    const { kind: _, source: _source, ...rest } = made.put;
    stack.add(rest, rest.segments && source);
  } else {
    try {
      stack.add({ ...plain, path: made.link, type: "link", mode: 0, size: 0, target: made.to });
    } catch {
      // There is nothing to link to in this image.
    }
  }
}

if (sourceBytes.length < 2 ** 22 + 300_000)
  throw new Error("the source is too short for the files");
