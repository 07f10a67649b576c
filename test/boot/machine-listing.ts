import { createHash } from "node:crypto";
import type { Listed, Listing } from "./listing.ts";

const sourceDateEpoch = 1735689600;

/** What `scrub` says it leaves out, told once more: package caches and lists, logs, temporary files and what no two machines share. */
const scrubbed = [
  { rule: "apt-cache", path: /^var\/cache\/apt\/[^/]*\.bin$/ },
  { rule: "apt-cache", path: /^var\/cache\/apt\/archives\//, keeps: ["directory"] },
  { rule: "apt-lists", path: /^var\/lib\/apt\/lists\//, keeps: ["directory"] },
  { rule: "logs", path: /^var\/log\//, keeps: ["directory", "symlink"] },
  { rule: "tmp", path: /^(var\/)?tmp\// },
  { rule: "machine-id", path: /^var\/lib\/dbus\/machine-id$/ },
  { rule: "ssh-host-keys", path: /^etc\/ssh\/ssh_host_[^/]*_key(\.pub)?$/ },
  { rule: "ldconfig-cache", path: /^var\/cache\/ldconfig\/aux-cache$/ },
];

/**
 * The attributes that the engine writes into an image's layers (containerd's archive leaves out the rest,
 * such as the ACL that systemd's package gives to /var/log/journal): a mount of the image still shows the others.
 */
const carried = /^(security\.capability|user\..*)=/;

/** What a machine made from an image must hold, and how many paths each rule left out. */
export function machineListing(
  image: Listing,
  added: Readonly<Record<string, Partial<Listed>>>,
): { listing: Listing; dropped: Record<string, number> } {
  const listing: Listing = new Map();
  const dropped: Record<string, number> = {};
  for (const [path, entry] of image) {
    const gone = scrubbed.find((s) => s.path.test(path) && !s.keeps?.includes(typeOf(entry)));
    if (gone) dropped[gone.rule] = (dropped[gone.rule] ?? 0) + 1;
    else listing.set(path, { ...entry, ...inLayers(entry) });
  }
  const machineId = listing.get("etc/machine-id");
  if (machineId) listing.set("etc/machine-id", { ...machineId, ...content("") });
  for (const [path, entry] of Object.entries(added))
    listing.set(path, { mode: "100644", owner: "0:0", mtime: sourceDateEpoch, ...entry });
  return { listing, dropped };
}

/** Layers carry some extended attributes only; and times after the epoch of the source say when the image was built. */
function inLayers({ mtime, xattrs }: Listed): Pick<Listed, "mtime" | "xattrs"> {
  const kept = xattrs?.filter((xattr) => carried.test(xattr)) ?? [];
  return {
    mtime: Math.min(mtime, sourceDateEpoch),
    xattrs: kept.length > 0 ? kept : undefined,
  };
}

/** Size and checksum of a file with that text. */
export function content(text: string): Pick<Listed, "size" | "sha256"> {
  return { size: text.length, sha256: createHash("sha256").update(text).digest("hex") };
}

/** A symlink to a target. */
export function symlink(target: string): Partial<Listed> {
  return { mode: "120777", size: target.length, target };
}

function typeOf({ mode }: Listed): string {
  return mode.startsWith("4") ? "directory" : mode.startsWith("12") ? "symlink" : "other";
}
