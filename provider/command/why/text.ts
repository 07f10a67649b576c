import type { CauseChange } from "../../lifecycle/cause.ts";
import { shownText } from "../../tree/shown-name.ts";
import { typeOf } from "../find-root.ts";
import { counted } from "../print/amounts.ts";
import { shortUrn } from "../store/roots.ts";
import type { Explanation } from "./explain.ts";

const mostFiles = 10;
const digestLength = "sha256:".length + 12;

/** An explanation as lines, what lies behind a resource indented below it. */
export function explanationText(explanation: Explanation): string {
  return linesOf(explanation, new Set()).join("\n");
}

function linesOf(explanation: Explanation, told: Set<string>): string[] {
  const { urn, operation, changes, files, because } = explanation;
  const name = `${typeOf(urn)} ${shownText(shortUrn(urn))}`;
  if (told.has(urn)) return [`${name}: see above`];
  told.add(urn);
  const below = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  return [
    `${name} ${headline(operation, changes)}`,
    ...below(changes.map(changeLine)),
    ...below(files ? fileLines(files) : []),
    ...because.flatMap((other) => below(linesOf(other, told))),
  ];
}

function headline(operation: Explanation["operation"], changes: readonly CauseChange[]): string {
  if (operation === "unknown") return "was made by a version that did not write down why";
  if (operation === "create") return "was made for the first time, or in place of one that went";
  if (changes.length > 0) return "was made again, because";
  return "was made again with the same inputs: what had been made was damaged, gone or changed by others";
}

function changeLine({ path, kind, before, after }: CauseChange): string {
  const [old, now] = [before, after].map((text) => (text === undefined ? undefined : short(text)));
  const values =
    old !== undefined && now !== undefined
      ? `: ${old} → ${now}`
      : now
        ? `: ${now}`
        : old
          ? `: ${old}`
          : "";
  const words = { add: "was added", delete: "was left out", update: "differs" }[kind];
  return `${shownText(path)} ${words}${values}`;
}

function short(text: string): string {
  const cut = /^sha256:[0-9a-f]{64}$/.test(text) ? text.slice(0, digestLength) : text;
  return shownText(cut);
}

function fileLines(files: NonNullable<Explanation["files"]>): string[] {
  if (files.length === 0) return ["no file of the tree differs"];
  const more = files.length - mostFiles;
  return [
    `${counted(files.length, "path")} of the tree ${files.length === 1 ? "differs" : "differ"}:`,
    ...files.slice(0, mostFiles).map(({ path, change, attributes }) => {
      const what = change === "changed" ? attributes.join(", ") : change;
      return `  ${shownText(path)}: ${what}`;
    }),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
