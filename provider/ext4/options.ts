import { InputError, type InputProblem } from "../errors.ts";
import { blockSize } from "./format.ts";

/** What decides a filesystem besides its tree. Nothing in it comes from a clock or a generator of random numbers. */
export interface Ext4Options {
  /** Bytes of the partition; a multiple of 4096 is used. */
  readonly sizeBytes: number;
  readonly uuid: string;
  /** UUID that seeds the hashes of directory names. */
  readonly hashSeed: string;
  /** At most 16 bytes. */
  readonly label: string;
  /** Creation time and every inode's change time, seconds since 1970. */
  readonly epochSeconds: number;
  /** Default 16. */
  readonly journalMiB?: number;
  /** Default 8192: one inode for 16 KiB. */
  readonly inodesPerGroup?: number;
  /** Share of the blocks that only root may fill; default 1. */
  readonly reservedPercent?: number;
  /** Paths of files whose contents lie before all others: what a boot sector points to must not move. */
  readonly first?: readonly string[];
}

/** Options with defaults filled in. */
export type FullOptions = Required<Ext4Options>;

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
// 32-bit block numbers; the last one stays unused because it means "none".
const mostBytes = (2 ** 32 - 1) * blockSize;

/** Fills in defaults and checks the options, every problem at once. */
export function fullOptions(options: Ext4Options): FullOptions {
  const full = { journalMiB: 16, inodesPerGroup: 8192, reservedPercent: 1, first: [], ...options };
  const problems: InputProblem[] = [];
  const need = (property: keyof Ext4Options, holds: boolean, reason: string): void => {
    if (!holds) problems.push({ property, reason: `${reason}, got ${full[property]}` });
  };
  const within = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;
  need("sizeBytes", within(full.sizeBytes, 1, mostBytes), "must be below 16 TiB");
  need("uuid", uuidPattern.test(full.uuid), "must be a UUID");
  need("hashSeed", uuidPattern.test(full.hashSeed), "must be a UUID");
  need("label", Buffer.byteLength(full.label) <= 16, "must have at most 16 bytes");
  need("epochSeconds", within(full.epochSeconds, 0, 2 ** 32 - 1), "must be from 0 to 4294967295");
  need("journalMiB", within(full.journalMiB, 4, 1024), "must be from 4 to 1024");
  need(
    "inodesPerGroup",
    within(full.inodesPerGroup, 128, 16384) && full.inodesPerGroup % 128 === 0,
    "must be a multiple of 128 from 128 to 16384",
  );
  need(
    "reservedPercent",
    full.reservedPercent >= 0 && full.reservedPercent <= 50,
    "must be 0 to 50",
  );
  if (problems.length > 0) throw new InputError(problems);
  return full;
}

/** The 16 bytes of a UUID. */
export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}
