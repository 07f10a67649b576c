import type * as pulumi from "@pulumi/pulumi";
import { type MachineArgs, MachineComponent } from "./machine-component.ts";
import * as resources from "./resources.ts";

export type { MachineArgs };

/**
 * The usual chain: image, kernel, layout, boot loader, filesystem, disk, boot test, VHD and page blob; every child is a property.
 *
 * @example
 * const web = new Machine("web", {
 *   source: { dockerfile: { context: "." } },
 *   network: "dhcp",
 *   bootTest: { expect: { serial: ["login:"] } },
 * });
 */
export class Machine extends MachineComponent {
  constructor(name: string, args: MachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super(resources, name, args, opts);
  }
}
