import type { InputProblem } from "../errors.ts";
import type { LayoutRequest, PartitionRequest } from "./layout.ts";
import type { PartitionAttribute } from "./partition-attributes.ts";
import type { PartitionType } from "./partition-types.ts";

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
