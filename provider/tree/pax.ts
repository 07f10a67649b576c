import { ContentError } from "../errors.ts";
import { shownName } from "./shown-name.ts";

/** Records of a PAX extended header in order; key and value are latin1, so that any byte survives. */
export type PaxRecords = readonly (readonly [key: string, value: string])[];

/** Splits the body of a PAX header (`LENGTH KEY=VALUE\n`…) that lies `offset` bytes into its archive. */
export function parsePax(body: Buffer, offset: number): PaxRecords {
  const text = body.toString("latin1");
  const records: [string, string][] = [];
  for (let at = 0; at < text.length; ) {
    // Some writers pad the body with NULs and count them.
    if (text[at] === "\0" && /^\0*$/.test(text.slice(at))) break;
    const space = text.indexOf(" ", at);
    const digits = space < 0 ? "" : text.slice(at, space);
    const end = at + Number(digits);
    const equals = text.indexOf("=", space);
    if (!/^[0-9]{1,7}$/.test(digits) || text[end - 1] !== "\n" || equals < 0 || equals >= end) {
      throw new ContentError(`malformed PAX record at byte ${offset + at}`);
    }
    records.push([text.slice(space + 1, equals), text.slice(equals + 1, end - 1)]);
    at = end;
  }
  return records;
}

/** A PAX time such as `-1.5` as whole seconds, rounded down, and nanoseconds; digits past the ninth are dropped. */
export function parsePaxTime(value: string): { seconds: number; nanoseconds: number } {
  const match = /^(-?)([0-9]+)(?:\.([0-9]*))?$/.exec(value);
  const whole = Number(match?.[2]);
  if (!match || !Number.isSafeInteger(whole)) {
    throw new ContentError(`${shownName(value)} is not a time of a PAX header`);
  }
  const fraction = Number((match[3] ?? "").slice(0, 9).padEnd(9, "0"));
  if (match[1] === "") return { seconds: whole, nanoseconds: fraction };
  if (fraction === 0) return { seconds: 0 - whole, nanoseconds: 0 };
  return { seconds: -whole - 1, nanoseconds: 1_000_000_000 - fraction };
}

/** A PAX count (size, uid, gid) as a number. */
export function parsePaxNumber(key: string, value: string): number {
  const number = Number(value);
  if (!/^[0-9]+$/.test(value) || !Number.isSafeInteger(number)) {
    throw new ContentError(`PAX record ${key}=${shownName(value)} is not a number`);
  }
  return number;
}
