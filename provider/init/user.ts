/** Who a process runs as (credentials(7)). */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Groups beside `gid`, ascending. */
  readonly groups: readonly number[];
  /** Name in /etc/passwd, if it is there. */
  readonly name?: string;
  readonly home: string;
}

/** Texts of an image's /etc/passwd and /etc/group; empty where it has none. */
export interface Accounts {
  readonly passwd: string;
  readonly group: string;
}

/** Whom a Dockerfile's USER names, as a container engine finds it: `user`, `uid`, `user:group`, `uid:gid`; else the reason why nobody. */
export function identityOf(user: string, accounts: Accounts): Identity | string {
  const [who = "", group] = (user || "0").split(/:(.*)/s);
  const users = linesOf(accounts.passwd).filter(
    (fields) => isNumber(fields[2]) && isNumber(fields[3]),
  );
  const groups = linesOf(accounts.group).filter((fields) => isNumber(fields[2]));
  const found = users.find(([name]) => name === who) ?? users.find(([, , uid]) => uid === who);
  if (!found && !isNumber(who)) return `the image's /etc/passwd has no user "${who}"`;
  const named = groups.find(([name]) => name === group);
  if (group && !named && !isNumber(group)) return `the image's /etc/group has no group "${group}"`;
  const [name, , uid = who, gid = "0", , home = "/"] = found ?? [];
  const member = (fields: readonly string[]) =>
    name !== undefined && (fields[3] ?? "").split(",").includes(name);
  const ownGid = Number(group ? (named?.[2] ?? group) : gid);
  const others = group ? [] : groups.filter(member).map((fields) => Number(fields[2]));
  return {
    uid: Number(uid),
    gid: ownGid,
    groups: [...new Set(others)].filter((id) => id !== ownGid).sort((a, b) => a - b),
    ...(name !== undefined && { name }),
    home: home || "/",
  };
}

function linesOf(text: string): string[][] {
  return text.split("\n").map((line) => line.split(":"));
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 - 1;
}
