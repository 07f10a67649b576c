/**
 * The images that a Dockerfile takes files from: after FROM, and in `--from=` of COPY and of RUN's mounts. ARGs before the first FROM
 * are filled in; what is still a variable then is the builder's business.
 */
export function baseImages(
  dockerfile: string,
  buildArgs: Readonly<Record<string, string>> = {},
): string[] {
  const stages = new Set<string>(["scratch"]);
  const bases = new Set<string>();
  const args = new Map<string, string>();
  const add = (name: string) => {
    const image = name.replace(
      /\$(?:(\w+)|\{(\w+)\})/g,
      (whole, a, b) => args.get(a ?? b) ?? whole,
    );
    const isStage = stages.has(image.toLowerCase()) || /^\d+$/.test(image);
    if (image && !image.includes("$") && !isStage) bases.add(image);
  };
  for (const line of instructions(dockerfile)) {
    const [, name, preset] = /^ARG\s+(\w+)(?:=["']?([^"'\s]*))?/i.exec(line) ?? [];
    const value = name && (buildArgs[name] ?? preset);
    if (name && value !== undefined && stages.size === 1) args.set(name, value);
    const [, image, stage] = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
    if (image) add(image);
    // A stage without a name ends the global ARGs too; no stage is called "".
    if (image) stages.add(stage?.toLowerCase() ?? "");
    const taken = /^COPY\s/i.test(line)
      ? line.matchAll(/\s--from=(\S+)/g)
      : /^RUN\s/i.test(line)
        ? line.matchAll(/\s--mount=\S*?\bfrom=([^\s,]+)/g)
        : [];
    for (const [, from = ""] of taken) add(from);
  }
  return [...bases].sort();
}

/** A Dockerfile's instructions, each on one line, without comments and here-documents. */
function instructions(dockerfile: string): string[] {
  const found: string[] = [];
  const continuation = /^#\s*escape\s*=\s*`/im.test(dockerfile) ? "`" : "\\";
  let line = "";
  const ends: string[] = [];
  for (const raw of dockerfile.split(/\r?\n/)) {
    const [end] = ends;
    if (end !== undefined) {
      if (raw.replace(/^\t+/, "") === end) ends.shift();
      continue;
    }
    if (/^\s*#/.test(raw) || (raw.trim() === "" && line !== "")) continue;
    const text = raw.trimEnd();
    if (text.endsWith(continuation)) {
      line += `${text.slice(0, -1)} `;
      continue;
    }
    line = (line + text).trim();
    if (/^(RUN|COPY|ADD)\s/i.test(line))
      for (const [, , word] of line.matchAll(/<<-?(["']?)(\w+)\1/g)) if (word) ends.push(word);
    if (line !== "") found.push(line);
    line = "";
  }
  return found;
}
