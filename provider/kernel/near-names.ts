const most = 3;

/** Up to three names that differ least from one that is not known: by few letters, else by at most one of their words. */
export function nearNames(name: string, known: Iterable<string>): string[] {
  const limit = Math.max(1, Math.floor(name.length / 4));
  const words = new Set(name.toUpperCase().split("_"));
  const byLetters: { near: string; steps: number }[] = [];
  const byWords: { near: string; steps: number }[] = [];
  for (const near of known) {
    const isNear = Math.abs(near.length - name.length) <= limit;
    const steps = isNear ? distance(name, near) : limit + 1;
    const others = near.split("_");
    const shared = others.filter((word) => words.has(word)).length;
    const apart = Math.max(words.size, others.length) - shared;
    if (steps <= limit) byLetters.push({ near, steps });
    else if (apart <= 1 && words.size > 1) byWords.push({ near, steps: apart });
  }
  const found = byLetters.length > 0 ? byLetters : byWords;
  found.sort((a, b) => a.steps - b.steps || (a.near < b.near ? -1 : 1));
  return found.slice(0, most).map(({ near }) => near);
}

/** How many letters must be added, removed or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (next[j - 1] ?? 0) + 1,
          (row[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
