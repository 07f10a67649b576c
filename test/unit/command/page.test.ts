import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FileEntry } from "../../../provider/command/image/volume.ts";
import { biggestPaths } from "../../../provider/command/inspect/biggest.ts";
import { decisiveLines } from "../../../provider/command/inspect/boot-config.ts";
import { pageOf } from "../../../provider/command/page/page.ts";
import { squarify } from "../../../provider/command/page/squarify.ts";
import { textOf } from "../../../provider/command/page/text-of.ts";
import { treeMapSvg } from "../../../provider/command/page/tree-map.ts";

describe("a squarified treemap", () => {
  test("is the example of its paper", () => {
    const boxes = squarify([6, 6, 4, 3, 2, 2, 1], { x: 0, y: 0, width: 6, height: 4 });
    const rounded = boxes.map((box) => Object.values(box).map((n) => Math.round(n * 100) / 100));
    expect(rounded).toEqual([
      [0, 0, 3, 2],
      [0, 2, 3, 2],
      [3, 0, 1.71, 2.33],
      [4.71, 0, 1.29, 2.33],
      [3, 2.33, 1.2, 1.67],
      [4.2, 2.33, 1.2, 1.67],
      [5.4, 2.33, 0.6, 1.67],
    ]);
  });

  test("gives every weight its share, inside the box, and no two the same place", () => {
    const weights = fc
      .array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 40 })
      .map((all) => all.sort((a, b) => b - a));
    fc.assert(
      fc.property(weights, (all) => {
        const boxes = squarify(all, { x: 10, y: 20, width: 300, height: 200 });
        const total = all.reduce((sum, weight) => sum + weight, 0);
        boxes.forEach((box, i) => {
          expect(box.width * box.height).toBeCloseTo((all[i]! / total) * 60_000, 3);
          expect(box.x).toBeGreaterThanOrEqual(10 - 1e-6);
          expect(box.x + box.width).toBeLessThanOrEqual(310 + 1e-6);
          expect(box.y + box.height).toBeLessThanOrEqual(220 + 1e-6);
        });
        const overlaps = boxes.some((a, i) =>
          boxes
            .slice(i + 1)
            .some(
              (b) =>
                Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > 1e-6 &&
                Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > 1e-6,
            ),
        );
        expect(overlaps).toBe(false);
      }),
    );
  });
});

const folder = (path: string): FileEntry => ({ path, type: "directory", size: 0 });
const file = (path: string, size: number): FileEntry => ({ path, type: "file", size });

test("the biggest paths are files where one is big, and folders where many are small, none inside another", () => {
  const small = Array.from({ length: 100 }, (_, i) => file(`usr/doc/${i}`, 10));
  const entries = [folder(""), folder("usr"), folder("usr/doc"), ...small, file("usr/big", 5000)];
  expect(biggestPaths([...entries, file("tiny", 1)], 3)).toEqual([
    { path: "usr/big", isFolder: false, bytes: 5000 },
    { path: "usr/doc", isFolder: true, bytes: 1000 },
    { path: "tiny", isFolder: false, bytes: 1 },
  ]);
  expect(biggestPaths([...entries, file("bigger", 20_000)], 3)).toEqual([
    { path: "bigger", isFolder: false, bytes: 20_000 },
    { path: "usr/big", isFolder: false, bytes: 5000 },
    { path: "usr/doc", isFolder: true, bytes: 1000 },
  ]);
});

test("of a boot configuration the lines that decide what is started are told", () => {
  const grub =
    "set timeout=5\n# linux no\nmenuentry 'Try' {\n\tlinux /vmlinuz quiet\n\techo hi\n}\n";
  expect(decisiveLines(grub, /^\s*(menuentry|linux|set timeout)\b/)).toEqual([
    "set timeout=5",
    "menuentry 'Try'",
    "linux /vmlinuz quiet",
  ]);
});

describe("names on a page", () => {
  const hostile = `<script>alert("1")</script>&'\u001b[31m\x7f`;

  test("are text: no markup, no escape of a terminal, no turned line", () => {
    expect(textOf(hostile)).toBe(
      "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\\u001b[31m\\u007f",
    );
    expect(textOf(Buffer.from("a\u202egpj").toString("latin1"))).toBe("a\\u202egpj");
    expect(textOf(Buffer.from("Größe").toString("latin1"))).toBe("Größe");
  });

  test("reach no page as markup, wherever they stand", async () => {
    const name = hostile.replace("/", "");
    const entries = [folder(""), folder(name), file(`${name}/${name}`, 100)];
    const volume = {
      type: "ext4",
      label: hostile,
      uuid: hostile,
      sizeBytes: 1,
      remarks: [hostile],
    };
    const bootConfigs = [{ path: hostile, lines: [hostile] }];
    const partition = {
      ...{ number: 1, name: hostile, type: hostile, uuid: hostile },
      ...{ offsetBytes: 0, sizeBytes: 100, bootable: false },
    };
    const page = pageOf({
      image: { name: hostile, path: hostile, format: "raw" },
      sizeBytes: 200,
      map: { table: "gpt", diskId: hostile, bootCode: false, partitions: [partition] },
      parts: [{ partition, filesystem: { volume, entries, bootConfigs } }],
    });
    expect(page).not.toContain("<script");
    expect(page).not.toContain("\u001b");
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/\b(https?|src|href)\b\s*[:=]/);
    expect(treeMapSvg(entries)).toContain("&lt;script&gt;");
  });
});
