import type { IsoEntry, IsoLayout } from "./schema.ts";

/** The menu where none is given: what Debian and Ubuntu users expect of such a medium (live-boot(7), casper(7)). */
export function defaultMenu(layout: IsoLayout, name: string): IsoEntry[] {
  const tryIt = `Try ${name} without installing`;
  const check = "Check the medium for defects";
  const memory = { title: "Test the memory", commandLine: "", memtest: true };
  if (layout === "tiny") return [system("Start", "")];
  if (layout === "live") return [system(tryIt, ""), system(check, "verify-checksums"), memory];
  return [
    system(tryIt, "nopersistent toram quiet splash ---"),
    system(`Install ${name}`, "only-ubiquity quiet splash ---"),
    system(check, "integrity-check quiet splash ---"),
    memory,
  ];
}

function system(title: string, commandLine: string): IsoEntry {
  return { title, commandLine, memtest: false };
}
