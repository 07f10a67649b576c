import type { ErofsRequest } from "../../erofs/build-erofs.ts";
import { InputError } from "../../errors.ts";
import { seededUuid } from "../../plan/canonical.ts";
import { fstabOf, mountsIn } from "../../plan/mounts.ts";
import type { SquashfsRequest } from "../../squashfs/build-squashfs.ts";
import { chosenOptions, squashfsSchema } from "../../squashfs/options.ts";
import type { FilesystemInputs } from "./filesystem-schema.ts";

type Mounting = Pick<SquashfsRequest, "mounts" | "addedFstab">;

/** What other partitions are mounted on, and their lines of fstab; without any, a plan is what it was before there could be some. */
export function mounting({ subtree, mounts, partition }: FilesystemInputs): Mounting {
  const others = mounts.filter(({ name }) => name !== partition?.name);
  const left = mountsIn(subtree, others);
  const addedFstab = subtree === "/" ? fstabOf(mounts) : [];
  return {
    ...(left.length > 0 ? { mounts: left } : {}),
    ...(addedFstab.length > 0 ? { addedFstab } : {}),
  };
}

/** What decides a squashfs; an error where it has no tree. */
export function planSquashfs(given: FilesystemInputs): SquashfsRequest {
  const squashfs = chosenOptions(given.squashfs ?? squashfsSchema.parse({}));
  return { type: "squashfs", ...common(given), squashfs };
}

/** What decides an erofs; one that lies nowhere yet is named after its tree. */
export function planErofs(given: FilesystemInputs): ErofsRequest {
  const own = common(given);
  const uuid = seededUuid(`${own.tree.digest} ${own.subtree}`, "erofs");
  const { uuid: named = uuid, label = "" } = given.partition ?? {};
  return { type: "erofs", ...own, uuid: named, label };
}

function common(given: FilesystemInputs) {
  const { type, tree, subtree, fstab, sourceDateEpoch } = given;
  if (!tree) throw new InputError([{ property: "tree", reason: `is required for ${type}` }]);
  const lines = fstab.length > 0 ? { fstab } : {};
  return { tree, subtree, ...mounting(given), ...lines, sourceDateEpoch };
}
