import type { Look } from "../inspect/look.ts";
import { inBytes } from "../print/amounts.ts";
import { textOfUtf16 } from "./text-of.ts";

const width = 1200;
const barHeight = 64;
/** So that the smallest partition can be seen and pointed at; the others give way. */
const leastWidth = 28;

interface Piece {
  readonly label: string;
  readonly title: string;
  readonly bytes: number;
  readonly fill: string;
}

/** The partitions of a disk as an SVG, from its first byte to its last, gaps included. */
export function partitionBarSvg(look: Look): string {
  const pieces = piecesOf(look);
  const total = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
  const wide = pieces.map(({ bytes }) => Math.max(leastWidth, (bytes / total) * width));
  const scale = width / wide.reduce((sum, one) => sum + one, 0);
  let x = 0;
  const boxes = pieces.map(({ label, title, fill }, i) => {
    const [at, w] = [x, wide[i]! * scale];
    x += w;
    const fits = label.length * 7 < w - 8;
    const text = fits
      ? `<text x="${(at + w / 2).toFixed(1)}" y="${barHeight / 2 + 4}" text-anchor="middle">${textOfUtf16(label)}</text>`
      : "";
    return `<g><title>${textOfUtf16(title)}</title><rect x="${at.toFixed(1)}" y="0" width="${w.toFixed(1)}" height="${barHeight}" fill="${fill}"/>${text}</g>`;
  });
  return `<svg viewBox="0 0 ${width} ${barHeight}" role="img">\n${boxes.join("\n")}\n</svg>`;
}

function piecesOf({ sizeBytes, parts }: Look): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const gap = (until: number) => {
    if (until > at) {
      const title = `outside the partitions: ${inBytes(until - at)}`;
      pieces.push({ label: "", title, bytes: until - at, fill: "hsl(0 0% 85%)" });
    }
    at = Math.max(at, until);
  };
  const inOrder = parts
    .flatMap(({ partition, filesystem }) => (partition ? [{ partition, filesystem }] : []))
    .sort((a, b) => a.partition.offsetBytes - b.partition.offsetBytes);
  for (const [i, { partition, filesystem }] of inOrder.entries()) {
    gap(partition.offsetBytes);
    const type = filesystem?.volume.type ?? partition.type;
    pieces.push({
      label: `${partition.number} ${partition.name || type}`,
      title: `partition ${partition.number}${partition.name && ` ${partition.name}`}: ${type}, ${inBytes(partition.sizeBytes)} from byte ${partition.offsetBytes}`,
      bytes: partition.sizeBytes,
      fill: `hsl(${(i * 47 + 200) % 360} 55% 78%)`,
    });
    at = partition.offsetBytes + partition.sizeBytes;
  }
  gap(sizeBytes);
  return pieces;
}
