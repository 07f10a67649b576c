/** What `bootwright boot` is asked for. */
export interface BootOptions {
  readonly firmware: "bios" | "uefi";
  readonly memoryMib: number;
  readonly usb?: boolean;
  readonly graphic?: boolean;
}
