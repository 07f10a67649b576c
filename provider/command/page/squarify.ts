/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Divides a box among weights that descend, each part as square as it can be (Bruls, Huizing, van Wijk: "Squarified Treemaps", 2000).
 * Areas are in proportion to the weights; the boxes come in the order of the weights.
 */
export function squarify(weights: readonly number[], box: Box): Box[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return [];
  const scale = (box.width * box.height) / total;
  const areas = weights.map((weight) => weight * scale);
  const boxes: Box[] = [];
  let rest = box;
  for (let at = 0; at < areas.length; ) {
    const side = Math.min(rest.width, rest.height);
    let end = at + 1;
    while (
      end < areas.length &&
      worst(areas.slice(at, end + 1), side) <= worst(areas.slice(at, end), side)
    )
      end++;
    const row = layRow(areas.slice(at, end), rest);
    boxes.push(...row.boxes);
    rest = row.rest;
    at = end;
  }
  return boxes;
}

/** The largest ratio of sides in a row of areas along a side. */
function worst(areas: readonly number[], side: number): number {
  const sum = areas.reduce((total, area) => total + area, 0);
  const [first = 0, last = 0] = [areas[0], areas.at(-1)];
  return Math.max((side * side * first) / (sum * sum), (sum * sum) / (side * side * last));
}

/** Lays a row along the shorter side of a box. */
function layRow(areas: readonly number[], box: Box): { boxes: Box[]; rest: Box } {
  const sum = areas.reduce((total, area) => total + area, 0);
  const isWide = box.width >= box.height;
  const side = isWide ? box.height : box.width;
  const thickness = side === 0 ? 0 : sum / side;
  let along = 0;
  const boxes = areas.map((area) => {
    const length = thickness === 0 ? 0 : area / thickness;
    const start = along;
    along += length;
    return isWide
      ? { x: box.x, y: box.y + start, width: thickness, height: length }
      : { x: box.x + start, y: box.y, width: length, height: thickness };
  });
  const rest = isWide
    ? { ...box, x: box.x + thickness, width: Math.max(0, box.width - thickness) }
    : { ...box, y: box.y + thickness, height: Math.max(0, box.height - thickness) };
  return { boxes, rest };
}
