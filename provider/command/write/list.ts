import { printable } from "../../tree/shown-name.ts";
import { inBytes } from "../print/amounts.ts";
import { formatTable } from "../print/table.ts";
import type { Device } from "./devices.ts";
import { refusal } from "./target.ts";

/** The removable disks as a table, with why one is not written to. */
export function deviceList(devices: readonly Device[]): string {
  const rows = devices
    .filter(({ removable }) => removable)
    .map((device) => [
      `/dev/${device.name}`,
      inBytes(device.sizeBytes),
      printable(device.model),
      refusal(device) ?? "",
      device.id ?? "",
    ]);
  if (rows.length === 0) return "There is no removable disk";
  const titles = ["device", "size", "model", "", "stable name"];
  return formatTable(
    titles.map((title) => ({ title, right: title === "size" })),
    rows,
  );
}
