/** What Rock Ridge says of a record (IEEE P1282 §4). */
export interface RockRidge {
  readonly name?: string;
  readonly target?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

const sector = 2048;
const mostContinuations = 16;

/** Reads the entries of a record's system use area, and of the areas that it goes on in; `read` gives bytes of the medium. */
export async function rockRidge(
  area: Buffer,
  read: (at: number, length: number) => Promise<Buffer>,
): Promise<RockRidge> {
  let name: string | undefined;
  let target: string | undefined;
  let goesOn = false;
  let owner: { mode: number; uid: number; gid: number } | undefined;
  let next: Buffer | undefined = area;
  for (let areas = 0; next && areas < mostContinuations; areas++) {
    const current: Buffer = next;
    next = undefined;
    for (let at = 0; at + 4 <= current.length; ) {
      const length = current[at + 2]!;
      if (length < 4 || at + length > current.length) break;
      const entry = current.subarray(at, at + length);
      const signature = entry.toString("latin1", 0, 2);
      if (signature === "NM" && (entry[4]! & 6) === 0)
        name = (name ?? "") + entry.toString("latin1", 5);
      if (signature === "PX" && length >= 36)
        owner = {
          mode: entry.readUInt32LE(4),
          uid: entry.readUInt32LE(20),
          gid: entry.readUInt32LE(28),
        };
      if (signature === "SL") {
        const part = linkPart(entry.subarray(5), target ?? "", goesOn);
        target = part.target;
        goesOn = part.goesOn;
      }
      if (signature === "CE" && length >= 28)
        next = await read(
          entry.readUInt32LE(4) * sector + entry.readUInt32LE(12),
          Math.min(entry.readUInt32LE(20), sector),
        );
      if (signature === "ST") break;
      at += length;
    }
  }
  return {
    ...(name !== undefined && { name }),
    ...(target !== undefined && { target }),
    ...owner,
  };
}

/** Adds the components of an SL entry; the lowest bit of a component says that it goes on in the next. */
function linkPart(
  components: Buffer,
  before: string,
  wentOn: boolean,
): { target: string; goesOn: boolean } {
  let target = before;
  let goesOn = wentOn;
  for (let at = 0; at + 2 <= components.length; ) {
    const flags = components[at]!;
    const length = components[at + 1]!;
    const text = components.toString("latin1", at + 2, at + 2 + length);
    const part = flags & 2 ? "." : flags & 4 ? ".." : text;
    if (flags & 8) target = "/";
    else target += (goesOn || target === "" || target === "/" ? "" : "/") + part;
    goesOn = (flags & 1) !== 0;
    at += 2 + length;
  }
  return { target, goesOn };
}
