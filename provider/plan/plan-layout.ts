import { InputError } from "../errors.ts";
import { seededUuid } from "./canonical.ts";
import { filesystemOf, filesystemUuid } from "./filesystem-id.ts";
import { type Layout, type LayoutRequest, mebibyte, sectorBytes } from "./layout.ts";
import { layoutProblems } from "./layout-rules.ts";
import { sizeLayout } from "./layout-size.ts";

/** Decides a disk to the sector: a function of the request alone. */
export function planLayout(request: LayoutRequest): Layout {
  const problems = layoutProblems(request);
  if (problems.length > 0) throw new InputError(problems);
  const size = sizeLayout(request);
  const diskSignature = diskSignatureOf(request);
  return {
    table: request.table,
    diskSignature,
    sizeBytes: size.diskMiB * mebibyte,
    partitions: request.partitions.map((partition, index) => {
      const { startMiB, sizeMiB } = size.partitions[index] ?? { startMiB: 0, sizeMiB: 0 };
      const filesystem = filesystemOf(partition);
      return {
        name: partition.name,
        number: index + 1,
        type: partition.type,
        startSector: (startMiB * mebibyte) / sectorBytes,
        sectors: (sizeMiB * mebibyte) / sectorBytes,
        offsetBytes: startMiB * mebibyte,
        sizeBytes: sizeMiB * mebibyte,
        bootable: partition.bootable,
        ...(partition.attributes?.length ? { attributes: partition.attributes } : {}),
        partUuid:
          request.table === "mbr"
            ? `${diskSignature}-${String(index + 1).padStart(2, "0")}`
            : seededUuid(request.seed, `partition ${partition.name}`),
        filesystem,
        uuid: filesystemUuid(request.seed, partition),
        label: partition.label,
        mountPoint: partition.mountPoint,
      };
    }),
  };
}

function diskSignatureOf({ seed, table }: LayoutRequest): string {
  const uuid = seededUuid(seed, "disk");
  if (table === "gpt") return uuid;
  // A signature of zero means "none" to Linux and to Windows, which would then write one.
  return uuid.startsWith("00000000") ? "00000001" : uuid.slice(0, 8);
}
