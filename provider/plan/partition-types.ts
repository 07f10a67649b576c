import type { FatType } from "./fat-type.ts";

/** What a partition type is called in each table: the MBR's type byte and GPT's type GUID. */
interface PartitionCodes {
  /** Absent where MBR has no such type. */
  readonly mbr?: number;
  readonly gpt: string;
  /** Filesystem that a partition of this type holds unless told otherwise. */
  readonly filesystem: "ext4" | FatType | "swap" | "";
}

const basicData = "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7";

/** Partition types by name (UEFI 2.10 §5.3.3, Discoverable Partitions Specification). */
export const partitionTypes = {
  linux: { mbr: 0x83, gpt: "0fc63daf-8483-4772-8e79-3d69d8477de4", filesystem: "ext4" },
  "linux-root-x86-64": { gpt: "4f68bce3-e8cd-4db1-96e7-fbcaf984b709", filesystem: "ext4" },
  "linux-usr-x86-64": { gpt: "8484680c-9521-48c6-9c11-b0720656f69e", filesystem: "ext4" },
  "linux-home": { gpt: "933ac7e1-2eb4-4f13-b844-0e14e2aef915", filesystem: "ext4" },
  "linux-srv": { gpt: "3b8f8425-20e0-4f3b-907f-1a25a76f98e8", filesystem: "ext4" },
  "linux-var": { gpt: "4d21b016-b534-45c2-a9fb-5c16e091fd2d", filesystem: "ext4" },
  "linux-tmp": { gpt: "7ec6f557-3bc5-4aca-b293-16ef5df639d1", filesystem: "ext4" },
  xbootldr: {
    ...{ mbr: 0xea, gpt: "bc13c2ff-59e6-4262-a352-b275fd6f7172" },
    filesystem: "fat32",
  },
  esp: { mbr: 0xef, gpt: "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", filesystem: "fat32" },
  fat12: { mbr: 0x01, gpt: basicData, filesystem: "fat12" },
  "fat16-under-32mib": { mbr: 0x04, gpt: basicData, filesystem: "fat16" },
  fat16: { mbr: 0x06, gpt: basicData, filesystem: "fat16" },
  "fat16-lba": { mbr: 0x0e, gpt: basicData, filesystem: "fat16" },
  "fat32-chs": { mbr: 0x0b, gpt: basicData, filesystem: "fat32" },
  fat32: { mbr: 0x0c, gpt: basicData, filesystem: "fat32" },
  swap: { mbr: 0x82, gpt: "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", filesystem: "swap" },
  "bios-boot": { gpt: "21686148-6449-6e6f-744e-656564454649", filesystem: "" },
} as const satisfies Record<string, PartitionCodes>;

/** Name of a partition type, the same for both tables. */
export type PartitionType = keyof typeof partitionTypes;

/** Names of all partition types. */
export const partitionTypeNames = Object.keys(partitionTypes) as [
  PartitionType,
  ...PartitionType[],
];

/** The codes of a type. */
export function codesOf(type: PartitionType): PartitionCodes {
  return partitionTypes[type];
}
