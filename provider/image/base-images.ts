import { addArgs, dockerfileInstructions, filledIn } from "./dockerfile.ts";

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
    const image = filledIn(name, args);
    const isStage = stages.has(image.toLowerCase()) || /^\d+$/.test(image);
    if (image && !image.includes("$") && !isStage) bases.add(image);
  };
  for (const { text: line } of dockerfileInstructions(dockerfile)) {
    if (stages.size === 1) addArgs(args, line, buildArgs);
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
