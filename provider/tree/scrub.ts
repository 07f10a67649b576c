import { type Attributes, emit, entryOf, forget, type Place, placesOf } from "./emission.ts";
import type { Boundary, Tree } from "./types.ts";

interface ScrubRule {
  readonly name: string;
  readonly description: string;
  /** Paths that go; directories stay unless `directories` is set. */
  readonly removes: RegExp;
  readonly directories?: true;
  /** Of these paths the symlinks stay as well. */
  readonly filesOnly?: true;
  /** Files that become empty instead. */
  readonly empties?: RegExp;
}

/** What does not belong into a machine's image, or differs every time an image is built. */
export const scrubRules = [
  {
    name: "apt-cache",
    description: "apt's package caches and downloaded packages below /var/cache/apt.",
    removes: /^var\/cache\/apt\/([^/]*\.bin$|archives\/)/,
  },
  {
    name: "apt-lists",
    description: "apt's package lists in /var/lib/apt/lists; apt-get update fetches them again.",
    removes: /^var\/lib\/apt\/lists\//,
  },
  {
    name: "logs",
    description: "Files below /var/log; its directories and symlinks stay.",
    removes: /^var\/log\//,
    filesOnly: true,
  },
  {
    name: "tmp",
    description: "Everything in /tmp and /var/tmp.",
    removes: /^(var\/)?tmp\//,
    directories: true,
  },
  {
    name: "shell-history",
    description: "Histories of shells, Python, less and wget, in any directory.",
    removes:
      /(^|\/)\.(bash_history|ash_history|sh_history|zsh_history|python_history|lesshst|wget-hsts)$/,
  },
  {
    name: "machine-id",
    description:
      "/etc/machine-id becomes an empty file, so that each machine gets its own at its first start; /var/lib/dbus/machine-id goes.",
    // Empty, not missing or "uninitialized": those start systemd's first-boot set-up, which presets units anew and
    // so undoes what the image enabled or disabled (machine-id(5), First Boot Semantics).
    empties: /^etc\/machine-id$/,
    removes: /^var\/lib\/dbus\/machine-id$/,
  },
  {
    name: "ssh-host-keys",
    description:
      "The host's keys in /etc/ssh, which no two machines may share; the image must make new ones at its first start.",
    removes: /^etc\/ssh\/ssh_host_[^/]*_key(\.pub)?$/,
  },
  {
    name: "ldconfig-cache",
    description: "/var/cache/ldconfig/aux-cache, which holds times and inode numbers of the build.",
    removes: /^var\/cache\/ldconfig\/aux-cache$/,
  },
] as const satisfies readonly ScrubRule[];

export type ScrubRuleName = (typeof scrubRules)[number]["name"];

/** Names of all rules. */
export const scrubRuleNames = scrubRules.map((rule) => rule.name) as [
  ScrubRuleName,
  ...ScrubRuleName[],
];

/**
 * A tree as if its image had never had what the named rules drop: no ghosts stay. Also tells how many entries each
 * rule dropped or emptied.
 */
export function scrub(
  tree: Tree,
  names: readonly ScrubRuleName[],
): { tree: Tree; dropped: Partial<Record<ScrubRuleName, number>> } {
  const rules: readonly ScrubRule[] = scrubRules.filter((rule) => names.includes(rule.name));
  const dropped: Partial<Record<string, number>> = Object.fromEntries(names.map((n) => [n, 0]));
  const count = (rule: ScrubRule) => {
    dropped[rule.name] = (dropped[rule.name] ?? 0) + 1;
  };
  const places: Place[] = [];
  for (const place of placesOf(tree)) {
    const kept = place.kind === "boundary" ? place : scrubbed(place, rules, count);
    if (kept) places.push(kept);
  }
  return { tree: emit(places, tree.sources), dropped };
}

/** What rules leave of a place. */
function scrubbed(
  place: Exclude<Place, Boundary>,
  rules: readonly ScrubRule[],
  count: (rule: ScrubRule) => void,
): Place | undefined {
  const gone = rules.find((rule) => removes(rule, place));
  const rule = gone ?? rules.find(({ empties }) => empties?.test(place.path));
  if (rule === undefined) return place;
  if (place.kind === "ghost") return undefined;
  if (gone) {
    count(rule);
    if (place.kind === "name") forget(place);
    return place.kind === "name" ? place : undefined;
  }
  const { type, size } = place.kind === "name" ? place.inode.attributes : place;
  // A symlink there is left alone.
  if (type !== "file" || size === 0) return place;
  count(rule);
  if (place.kind === "entry") return entryOf(place.path, empty(place));
  place.inode.attributes = empty(place.inode.attributes);
  place.inode.source = undefined;
  return place;
}

function removes(rule: ScrubRule, place: Exclude<Place, Boundary>): boolean {
  const type = place.kind === "name" ? place.inode.attributes.type : place.type;
  if (type === "directory" && !rule.directories) return false;
  if (rule.filesOnly && type !== "file" && type !== "link") return false;
  return rule.removes.test(place.path);
}

/** A file as it would be without its content. */
function empty({ type, mode, uid, gid, mtime, mtimeNs, xattrs }: Attributes): Attributes {
  return { type, mode, uid, gid, mtime, mtimeNs, size: 0, ...(xattrs && { xattrs }) };
}
