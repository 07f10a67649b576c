import type { InputProblem } from "../errors.ts";
import type { SourceInputs } from "./kernel-plan.ts";

const ofSourceOnly = [
  ...(["preset", "baseConfig", "configFile", "options", "patches", "initramfs"] as const),
];

/** Rules across the inputs of a kernel from source; `kernels`, `file` and `version` are those of the other ways. */
export function sourceProblems(
  inputs: Partial<SourceInputs>,
  others: { readonly kernels?: unknown; readonly file?: unknown; readonly version?: unknown },
  omitted: (input: string) => boolean = () => false,
): InputProblem[] {
  const { source } = inputs;
  if (!source) return omitted("source") ? withoutSource(inputs) : [];
  const problems: InputProblem[] = [];
  for (const other of ["kernels", "file"] as const)
    if (others[other] !== undefined)
      problems.push({ property: "source", reason: `is exclusive with ${other}` });
  if (others.version !== undefined)
    problems.push({ property: "version", reason: "is that of the source where source is given" });
  problems.push(...ofSource(source), ...configuration(inputs, omitted), ...repeated(inputs));
  problems.push(...builtIn(inputs));
  return problems;
}

function withoutSource(inputs: Partial<SourceInputs>): InputProblem[] {
  const given = ofSourceOnly.filter((key) => inputs[key] !== undefined);
  return given.map((property) => ({
    property,
    reason: "is for a kernel that is built: give its source",
  }));
}

function ofSource(source: NonNullable<SourceInputs["source"]>): InputProblem[] {
  const ways = (["file", "directory", "package"] as const).filter((key) => source[key]);
  const problems: InputProblem[] = [];
  if (ways.length !== 1)
    problems.push({
      property: "source",
      reason: `needs exactly one of file, directory, package; got ${ways.join(" and ") || "none"}`,
    });
  if (source.directory && source.sha256)
    problems.push({
      property: "source.sha256",
      reason: "is that of a tarball: a directory has none",
    });
  if (ways.length === 1 && !source.package && source.image)
    problems.push({ property: "source.image", reason: "is the image that has the package" });
  return problems;
}

function configuration(
  inputs: Partial<SourceInputs>,
  omitted: (input: string) => boolean,
): InputProblem[] {
  const ways = ["preset", "baseConfig", "configFile"] as const;
  const given = ways.filter((key) => inputs[key] !== undefined);
  if (given.length > 1)
    return given
      .slice(1)
      .map((property) => ({ property, reason: `is exclusive with ${given[0]}` }));
  if (given.length === 1 || !ways.every(omitted)) return [];
  return [
    { property: "preset", reason: "is required where baseConfig and configFile are not given" },
  ];
}

function builtIn({ initramfs, options = [] }: Partial<SourceInputs>): InputProblem[] {
  if (!initramfs) return [];
  const problems = options.flatMap(({ name }, i) =>
    name === "INITRAMFS_SOURCE"
      ? [{ property: `options[${i}].name`, reason: "INITRAMFS_SOURCE is exclusive with initramfs" }]
      : [],
  );
  if (initramfs.kind === "file") return problems;
  const reason = `must be a file, such as initramfs.ref, got a ${initramfs.kind}`;
  return [{ property: "initramfs", reason }, ...problems];
}

function repeated({ options = [], patches = [] }: Partial<SourceInputs>): InputProblem[] {
  const names = options.map(({ name }) => name);
  return [
    ...names.flatMap((name, i) =>
      names.indexOf(name) < i
        ? [
            {
              property: `options[${i}].name`,
              reason: `${name} is options[${names.indexOf(name)}] already`,
            },
          ]
        : [],
    ),
    ...patches.flatMap((patch, i) =>
      patches.indexOf(patch) < i
        ? [
            {
              property: `patches[${i}]`,
              reason: `"${patch}" is patches[${patches.indexOf(patch)}] already`,
            },
          ]
        : [],
    ),
  ];
}
