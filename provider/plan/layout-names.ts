import type { InputProblem } from "../errors.ts";
import { fatTypeOf } from "./fat-type.ts";
import { filesystemOf, filesystemUuid } from "./filesystem-id.ts";
import type { LayoutRequest, PartitionRequest } from "./layout.ts";

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const fatSerialPattern = /^[0-9a-f]{4}-[0-9a-f]{4}$/i;
// What mkfs.fat and Windows accept in a volume label.
const fatLabelPattern = /^[A-Z0-9 !#$%&'()@^_`{}~-]{1,11}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in a name.
const controlCharacters = /[\u0000-\u001f\u007f]/;

/** What is wrong with the names, labels, UUIDs and mount points of a layout. */
export function nameProblems({ seed, table, partitions }: LayoutRequest): InputProblem[] {
  return [
    ...partitions.flatMap((partition, index) =>
      Object.entries({
        name: nameProblem(partition, table),
        label: labelProblem(partition),
        uuid: uuidProblem(partition),
        mountPoint: mountPointProblem(partition),
      }).flatMap(([field, reason]) =>
        reason ? [{ property: `partitions[${index}].${field}`, reason }] : [],
      ),
    ),
    ...duplicates(partitions, "name", (p) => p.name),
    ...duplicates(partitions, "label", (p) => p.label),
    ...duplicates(partitions, "uuid", (p) => filesystemUuid(seed, p)),
    ...duplicates(partitions, "mountPoint", (p) => p.mountPoint),
  ];
}

function nameProblem({ name }: PartitionRequest, table: "mbr" | "gpt"): string | undefined {
  if (controlCharacters.test(name)) return `${JSON.stringify(name)} has a control character`;
  if (table === "gpt" && name.length > 36)
    return `"${name}" has ${name.length} UTF-16 units but GPT holds 36`;
  return undefined;
}

function labelProblem(partition: PartitionRequest): string | undefined {
  const { label } = partition;
  if (label === "") return undefined;
  if (controlCharacters.test(label)) return `${JSON.stringify(label)} has a control character`;
  const filesystem = filesystemOf(partition);
  if (filesystem === "") return `"${label}" labels a partition without a filesystem`;
  if (filesystem === "squashfs") return `"${label}" labels a squashfs, which has no label`;
  if (fatTypeOf(filesystem)) return fatLabelProblem(label);
  const bytes = Buffer.byteLength(label);
  const most = filesystem === "ext4" ? 16 : 15; // The others want a zero at the end.
  return bytes > most ? `"${label}" has ${bytes} bytes but ${filesystem} holds ${most}` : undefined;
}

function fatLabelProblem(label: string): string | undefined {
  if (label.length > 11) return `"${label}" has ${label.length} characters but FAT holds 11`;
  if (!fatLabelPattern.test(label))
    return `"${label}" is no FAT label: upper-case letters, digits, spaces and !#$%&'()@^_\`{}~- only`;
  return label === label.trim()
    ? undefined
    : `"${label}" begins or ends with a space, which FAT does not keep`;
}

function uuidProblem(partition: PartitionRequest): string | undefined {
  const { uuid } = partition;
  if (uuid === undefined) return undefined;
  const filesystem = filesystemOf(partition);
  if (filesystem === "") return `"${uuid}" names a partition without a filesystem`;
  if (filesystem === "squashfs") return `"${uuid}" names a squashfs, which has no UUID`;
  const [pattern, wanted] = fatTypeOf(filesystem)
    ? [fatSerialPattern, "FAT serial number (expected the form 1A2B-3C4D)"]
    : [uuidPattern, "UUID (expected the form 3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10)"];
  return pattern.test(uuid) ? undefined : `"${uuid}" is no ${wanted}`;
}

function mountPointProblem(partition: PartitionRequest): string | undefined {
  const { mountPoint } = partition;
  if (mountPoint === "") return undefined;
  const filesystem = filesystemOf(partition);
  if (filesystem === "" || filesystem === "swap")
    return `"${mountPoint}" mounts a partition without a filesystem`;
  if (!mountPoint.startsWith("/")) return `"${mountPoint}" is not absolute`;
  if (/\s/.test(mountPoint) || controlCharacters.test(mountPoint))
    return `${JSON.stringify(mountPoint)} has white space, which fstab cannot hold`;
  if (
    mountPoint !== "/" &&
    mountPoint
      .slice(1)
      .split("/")
      .some((part) => /^\.{0,2}$/.test(part))
  )
    return `"${mountPoint}" has an empty, "." or ".." part`;
  return undefined;
}

function duplicates(
  partitions: readonly PartitionRequest[],
  field: string,
  valueIn: (partition: PartitionRequest) => string,
): InputProblem[] {
  return partitions.flatMap((partition, index) => {
    const value = valueIn(partition);
    const first = partitions.findIndex((p) => valueIn(p) === value);
    if (value === "" || first === index) return [];
    return [
      {
        property: `partitions[${index}].${field}`,
        reason: `"${value}" is also the ${field} of partitions[${first}]`,
      },
    ];
  });
}
