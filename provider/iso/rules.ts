import type { InputProblem } from "../errors.ts";
import { defaultMenu } from "./default-menu.ts";
import type { IsoEntry, IsoInputs } from "./schema.ts";

/** What is wrong with the inputs that are known; `omitted` tells what surely is not given. */
export function isoProblems(
  given: Partial<IsoInputs>,
  omitted: (input: "squashfs" | "entries") => boolean,
): InputProblem[] {
  const { layout, kernel, initrd, squashfs, liveOnlyPackages, files = [] } = given;
  const found: InputProblem[] = [];
  for (const [property, ref] of Object.entries({ kernel, initrd, squashfs }))
    if (ref && ref.kind !== "file")
      found.push({ property, reason: `must be a file, but is of kind "${ref.kind}"` });
  for (const [property, value] of Object.entries({ squashfs, liveOnlyPackages }))
    if (layout === "tiny" && value !== undefined)
      found.push({
        property,
        reason: 'is of no use to layout "tiny": choose "live" or "casper"',
      });
  if (layout && layout !== "tiny" && omitted("squashfs"))
    found.push({ property: "squashfs", reason: `is required for layout "${layout}"` });
  const entries = given.entries ?? (omitted("entries") && layout && defaultMenu(layout, ""));
  return [
    ...found,
    ...(entries ? menuProblems(entries, given.defaultEntry) : []),
    ...places(files),
  ];
}

function menuProblems(
  entries: readonly IsoEntry[],
  defaultEntry: number | undefined,
): InputProblem[] {
  const found: InputProblem[] = [];
  entries.forEach(({ submenu, commandLine, memtest }, index) => {
    if (!submenu) return;
    if (commandLine)
      found.push({
        property: `entries[${index}].commandLine`,
        reason: "is of no use beside submenu: give it to the entries of that",
      });
    if (memtest)
      found.push({ property: `entries[${index}].memtest`, reason: "is exclusive with submenu" });
  });
  if (defaultEntry === undefined) return found;
  const chosen = entries[defaultEntry];
  if (!chosen)
    found.push({
      property: "defaultEntry",
      reason: `is ${defaultEntry} but the last of the ${entries.length} entries is ${entries.length - 1}`,
    });
  else if (chosen.submenu)
    found.push({
      property: "defaultEntry",
      reason: `is ${defaultEntry}, which is a submenu and starts nothing`,
    });
  return found;
}

/** What the medium has anyway. */
const taken =
  /^\/(boot|casper|EFI|install\/memtest[^/]*|live|md5sum\.txt|README\.diskdefines|\.disk)(\/|$)/i;

function places(files: IsoInputs["files"]): InputProblem[] {
  return files.flatMap(({ path, content }, index) => {
    const property = `files[${index}].path`;
    const found: InputProblem[] = [];
    if (content.kind !== "file")
      found.push({
        property: `files[${index}].content`,
        reason: `must be a file, but is of kind "${content.kind}"`,
      });
    if (taken.test(path))
      found.push({ property, reason: `"${path}" is where the medium has files of its own` });
    // Joliet and UEFI know no difference of case.
    const [own, ...others] = [path, ...files.slice(0, index).map((file) => file.path)].map(
      (text) => `${text.toLowerCase()}/`,
    );
    const other = others.findIndex((text) => text.startsWith(own!) || own!.startsWith(text));
    if (other >= 0)
      found.push({ property, reason: `"${path}" is in the way of "${files[other]!.path}"` });
    return found;
  });
}
