import { installPackages } from "./apt.ts";
import { hasProgram } from "./paths.ts";
import type { Say } from "./progress.ts";
import { canBeRoot, findDistribution } from "./root.ts";

/** Tools that check in the tests what the provider wrote by other means, and their Debian packages. */
const packages: Readonly<Record<string, string>> = {
  debugfs: "e2fsprogs",
  e2fsck: "e2fsprogs",
  "qemu-img": "qemu-utils",
  sfdisk: "fdisk",
};

/** Provides the tools that only the tests run on the host. */
export async function setUpHostTools(say: Say): Promise<string> {
  const missing = Object.keys(packages).filter((tool) => !hasProgram(tool));
  const wanted = [...new Set(missing.map((tool) => packages[tool] ?? tool))];
  if (missing.length === 0) return `${Object.keys(packages).join(", ")}, with which tests check`;
  if (findDistribution().usesApt && (await canBeRoot())) {
    say(`installing ${wanted.join(", ")}, because tests check with ${missing.join(", ")}`);
    await installPackages(wanted);
    return `${missing.join(", ")} installed`;
  }
  return `${missing.join(", ")} missing: the tests that check with them are left out (install ${wanted.join(", ")})`;
}
