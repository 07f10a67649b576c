import type { InputProblem } from "../errors.ts";
import type { LayoutRequest, PartitionRequest } from "./layout.ts";
import type { PartitionType } from "./partition-types.ts";

/** Bits of a GPT entry's attributes by name (Discoverable Partitions Specification, "Partition Attribute Flags"). */
const attributeBits = {
  "grow-file-system": 59n,
  "read-only": 60n,
  "no-auto": 63n,
} as const;

/** A wish for whoever finds the partition by its type, such as systemd-gpt-auto-generator(8). */
export type PartitionAttribute = keyof typeof attributeBits;

/** Names of all attributes. */
export const partitionAttributeNames = Object.keys(attributeBits) as [
  PartitionAttribute,
  ...PartitionAttribute[],
];

/** The attributes as GPT writes them. */
export function attributeBitsOf(attributes: readonly PartitionAttribute[] = []): bigint {
  return attributes.reduce((bits, name) => bits | (1n << attributeBits[name]), 0n);
}

const discoverable: readonly PartitionType[] = [
  "linux-root-x86-64",
  "linux-usr-x86-64",
  "linux-home",
  "linux-srv",
  "linux-var",
  "linux-tmp",
  "xbootldr",
];

/** What is wrong with the attributes of a layout's partitions: an MBR has none, and no other type gives them a meaning. */
export function attributeProblems({ table, partitions }: LayoutRequest): InputProblem[] {
  return partitions.flatMap((partition, index) =>
    (partition.attributes ?? []).flatMap((attribute, at) => {
      const reason = attributeProblem(partition, attribute, table);
      return reason ? [{ property: `partitions[${index}].attributes[${at}]`, reason }] : [];
    }),
  );
}

function attributeProblem(
  { name, type }: PartitionRequest,
  attribute: PartitionAttribute,
  table: "mbr" | "gpt",
): string | undefined {
  if (table === "mbr") return `"${attribute}" is for a GPT, and the table is an MBR`;
  const allowed = attribute === "no-auto" ? [...discoverable, "swap"] : discoverable;
  return allowed.includes(type)
    ? undefined
    : `"${attribute}" says nothing of partition "${name}" of type "${type}" (it is for ${allowed.join(", ")})`;
}
