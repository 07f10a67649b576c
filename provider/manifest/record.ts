import type { InstalledPackage } from "../packages/package.ts";
import type { BootProof } from "../plan/boot-proof.ts";
import type { OsRelease } from "../tree/os-release.ts";
import type { Tree } from "../tree/types.ts";
import type { Origin } from "./origin.ts";
import type { Owners } from "./owners.ts";
import type { FlatRecipe } from "./recipes.ts";

/** An artefact that a machine consists of. */
export interface RecordedArtefact {
  readonly name: string;
  readonly kind: string;
  /** Identity: of an ext4, a disk or a VHD that of its plan. */
  readonly digest: string;
  /** SHA-256 of its bytes in hex, where it has bytes of its own. */
  readonly sha256?: string;
}

/** A package of the tools that artefacts were made with. */
export interface ToolPackage {
  readonly name: string;
  readonly version: string;
}

/** Everything that a manifest tells, gathered; the documents are pure functions of it. */
export interface MachineRecord {
  readonly name: string;
  readonly tree: Tree;
  readonly treeDigest: string;
  readonly origin: Origin;
  readonly osRelease: OsRelease;
  readonly packages: readonly InstalledPackage[];
  readonly unread: readonly string[];
  readonly owners: Owners;
  readonly artefacts: readonly RecordedArtefact[];
  readonly recipes: readonly FlatRecipe[];
  /** How tools were run: in the toolbox, or those of the host. */
  readonly runner: "container" | "host";
  readonly tools: readonly ToolPackage[];
  readonly proof?: BootProof | undefined;
}
