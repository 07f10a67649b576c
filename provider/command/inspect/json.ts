import { utf8Of } from "../print/names.ts";
import { biggestPaths } from "./biggest.ts";
import type { Look } from "./look.ts";

/** What inspect prints for programs. */
export function lookJson({ image, sizeBytes, map, parts }: Look, paths: number): unknown {
  return {
    name: image.name,
    ...(image.object && { kind: image.object.kind, digest: image.object.digest }),
    format: image.format,
    sizeBytes,
    ...(map && { table: map.table, diskId: map.diskId, bootCode: map.bootCode }),
    parts: parts.map(({ partition, filesystem }) => ({
      ...(partition && { partition }),
      ...(filesystem && {
        filesystem: {
          type: filesystem.volume.type,
          label: utf8Of(filesystem.volume.label),
          uuid: filesystem.volume.uuid,
          sizeBytes: filesystem.volume.sizeBytes,
          usedBytes: filesystem.volume.usedBytes,
          entries: filesystem.entries?.length ?? filesystem.volume.entryCount,
          remarks: filesystem.volume.remarks,
          unreadable: filesystem.unreadable,
          biggest: biggestPaths(filesystem.entries ?? [], paths).map(({ path, bytes }) => ({
            path: `/${utf8Of(path)}`,
            bytes,
          })),
          boot: filesystem.bootConfigs.map(({ path, lines }) => ({
            path: `/${utf8Of(path)}`,
            lines: lines.map(utf8Of),
          })),
        },
      }),
    })),
  };
}
