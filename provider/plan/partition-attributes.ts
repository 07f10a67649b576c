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
