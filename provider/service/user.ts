/** Who a process runs as, as a container engine reads USER from the image's own /etc/passwd and /etc/group. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  /** Its name in /etc/passwd; absent for a number that has no entry. */
  readonly name?: string;
  /** The group that USER names, by its name in /etc/group; null for one without an entry; absent where USER names none. */
  readonly group?: string | null;
}

interface Entry {
  readonly name: string;
  readonly numbers: readonly number[];
  readonly home: string;
}

/** Reads `USER` (a name or number, and a group behind a colon); a text says why it is nobody. */
export function readUser(user: string, passwd: string, group: string): User | string {
  const [given = "", givenGroup] = user.split(":", 2);
  const wanted = given === "" ? "0" : given;
  const entry = find(entries(passwd), wanted);
  if (!entry && !isNumber(wanted))
    return `its USER ${JSON.stringify(given)} is not in the image's /etc/passwd`;
  const [uid = Number(wanted), ownGid = 0] = entry?.numbers ?? [];
  const who = { uid, home: entry?.home || "/", ...(entry && { name: entry.name }) };
  if (!givenGroup) return { ...who, gid: ownGid };
  const groupEntry = find(entries(group), givenGroup);
  if (!groupEntry && !isNumber(givenGroup))
    return `its USER's group ${JSON.stringify(givenGroup)} is not in the image's /etc/group`;
  return {
    ...who,
    gid: groupEntry?.numbers[0] ?? Number(givenGroup),
    group: groupEntry?.name ?? null,
  };
}

/** A name goes before a number that is the same text (as in runc's user lookup). */
function find(all: readonly Entry[], wanted: string): Entry | undefined {
  const byName = all.find(({ name }) => name === wanted);
  return (
    byName ?? (isNumber(wanted) ? all.find((e) => e.numbers[0] === Number(wanted)) : undefined)
  );
}

/** The lines of passwd(5) or group(5) that are well formed: name, password, numbers … home. */
function entries(text: string): Entry[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , first = "", second = "", , home = ""] = line.split(":");
    if (name === "" || !isNumber(first)) return [];
    return [{ name, numbers: [Number(first), Number(isNumber(second) ? second : 0)], home }];
  });
}

function isNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) <= 0xfffffffe;
}
