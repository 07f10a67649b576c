import * as pulumi from "@pulumi/pulumi";
import type { Ref } from "../../provider/plan/ref.ts";
import { objectPath, storeRoot } from "../../provider/store/local-store.ts";

/** Where an artefact lies on this machine; empty for what is no file of its own: a view or a plan. */
export function pathInStore(ref: pulumi.Input<Ref>): pulumi.Output<string> {
  return pulumi
    .output(ref)
    .apply(({ kind, digest }) =>
      kind === "disk" || kind === "file" ? objectPath(storeRoot(), { kind, digest }) : "",
    );
}
