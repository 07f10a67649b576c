import * as pulumi from "@pulumi/pulumi";
import type { Ref } from "../../provider/plan/ref.ts";
import { objectPath, storeRoot } from "../../provider/store/paths.ts";

/** Where an artefact lies on this machine; empty for what is no file of its own: a view or a plan. */
export function pathInStore(ref: pulumi.Input<Ref | undefined>): pulumi.Output<string> {
  return pulumi.output(ref).apply((known: Ref | undefined) =>
    // There is no reference where Pulumi's mocks stand in for the provider.
    known?.kind === "disk" || known?.kind === "file" ? objectPath(storeRoot(), known) : "",
  );
}
