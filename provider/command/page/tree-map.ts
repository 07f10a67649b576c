import type { FileEntry } from "../image/volume.ts";
import { childrenOf, type Sized, sizesBelow } from "../inspect/biggest.ts";
import { inBytes } from "../print/amounts.ts";
import { type Box, squarify } from "./squarify.ts";
import { textOf } from "./text-of.ts";

const width = 1200;
const height = 640;
const headHeight = 16;
const inset = 2;
/** Smaller boxes are not drawn: nobody could point at them. */
const leastSide = 3;
const leastForHead = 34;
const letterWidth = 6.4;
const mostBoxes = 20_000;

/** The files of a filesystem as an SVG: each area is in proportion to its bytes, and each folder holds what is below it. */
export function treeMapSvg(entries: readonly FileEntry[]): string {
  const sizes = sizesBelow(entries);
  const children = childrenOf(sizes);
  const parts: string[] = [];
  const draw = (sized: Sized, box: Box, depth: number, hue: number): void => {
    if (box.width < leastSide || box.height < leastSide || parts.length > mostBoxes) return;
    const below = (children.get(sized.path) ?? [])
      .filter(({ bytes }) => bytes > 0)
      .sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
    parts.push(boxSvg(sized, box, below.length > 0, depth, hue));
    if (below.length === 0 || box.width < leastForHead || box.height < leastForHead) return;
    const inner = {
      x: box.x + inset,
      y: box.y + headHeight,
      width: box.width - 2 * inset,
      height: box.height - headHeight - inset,
    };
    const boxes = squarify(
      below.map(({ bytes }) => bytes),
      inner,
    );
    for (const [i, child] of below.entries())
      draw(child, boxes[i]!, depth + 1, depth === 0 ? (i * 47 + 200) % 360 : hue);
  };
  const root = sizes.get("");
  if (!root || root.bytes === 0) return "";
  draw(root, { x: 0, y: 0, width, height }, 0, 210);
  return `<svg viewBox="0 0 ${width} ${height}" role="img">\n${parts.join("\n")}\n</svg>`;
}

function boxSvg({ path, bytes }: Sized, box: Box, isFolder: boolean, depth: number, hue: number) {
  const [x, y, w, h] = [box.x, box.y, box.width, box.height].map((n) => n.toFixed(1));
  const light = Math.min(94, (isFolder ? 72 : 82) + depth * 3);
  const name = path === "" ? "/" : path.slice(path.lastIndexOf("/") + 1) + (isFolder ? "/" : "");
  const letters = Math.floor((box.width - 6) / letterWidth);
  const label =
    letters >= 3 && box.height >= headHeight
      ? `<text x="${(box.x + 3).toFixed(1)}" y="${(box.y + 12).toFixed(1)}">${textOf(name.slice(0, letters))}</text>`
      : "";
  const fill = `hsl(${hue} ${depth === 0 ? 10 : 55}% ${light}%)`;
  const title = `<title>/${textOf(path)}  ${inBytes(bytes)}</title>`;
  return `<g>${title}<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${fill}"/>${label}</g>`;
}
