import type * as pulumi from "@pulumi/pulumi";
import { type MachineArgs, MachineComponent } from "./machine-component.ts";
import * as resources from "./plugin-resources.ts";

export type { MachineArgs };

/** The usual chain as the plugin makes it; otherwise that of `bootwright`, from which and to which a stack moves without a change. */
export class Machine extends MachineComponent {
  constructor(name: string, args: MachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super(resources, name, args, opts);
  }
}
