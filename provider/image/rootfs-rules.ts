import type { InputProblem } from "../errors.ts";
import type { RootfsInputs } from "./rootfs-schema.ts";

/** Rules of Rootfs across fields. */
export function rootfsProblems(inputs: Partial<RootfsInputs>): InputProblem[] {
  const { source, files, hostname, service } = inputs;
  const problems: InputProblem[] = [];
  if (source) {
    const given = Object.entries(source).filter(([, value]) => value !== undefined);
    if (given.length !== 1)
      problems.push({
        property: "source",
        reason: `needs exactly one of dockerfile, git, image, ociLayout, ociArchive, dockerArchive, tar, directory, disk; got ${given.map(([key]) => key).join(" and ") || "none"}`,
      });
    for (const kind of ["dockerfile", "git"] as const)
      for (const [i, { env, file }] of (source[kind]?.secrets ?? []).entries())
        if ((env === undefined) === (file === undefined))
          problems.push({
            property: `source.${kind}.secrets[${i}]`,
            reason: "needs either env or file",
          });
  }
  const plain =
    source && (["tar", "directory", "disk"] as const).find((key) => source[key] !== undefined);
  if (service && plain)
    problems.push({
      property: "service",
      reason: `a ${plain} says nothing of a process: give an image or a Dockerfile with a CMD as the source`,
    });
  const seen = new Map<string, number>();
  for (const [i, file] of (files ?? []).entries()) {
    const kinds = (["content", "source", "symlink", "directory"] as const).filter(
      (k) => file[k] !== undefined,
    );
    if (kinds.length !== 1)
      problems.push({
        property: `files[${i}]`,
        reason: `needs exactly one of content, source, symlink, directory; got ${kinds.join(" and ") || "none"}`,
      });
    const before = seen.get(file.path);
    if (before !== undefined)
      problems.push({
        property: `files[${i}].path`,
        reason: `"${file.path}" is files[${before}] already`,
      });
    seen.set(file.path, i);
    if (file.path === "/etc/hostname" && hostname !== undefined)
      problems.push({
        property: `files[${i}].path`,
        reason: '"/etc/hostname" is what hostname writes: give one of them',
      });
  }
  for (const [i, { path }] of (files ?? []).entries())
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const above = path.slice(0, end);
      const at = seen.get(above);
      if (at !== undefined && !files?.[at]?.directory)
        problems.push({
          property: `files[${i}].path`,
          reason: `"${path}" lies below files[${at}], "${above}", which is no directory`,
        });
    }
  return problems;
}
