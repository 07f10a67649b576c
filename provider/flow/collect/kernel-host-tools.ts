import { MissingToolError } from "../../errors.ts";
import type { RunInPlace } from "../../host/one-place.ts";

/** Programs that building a kernel needs, and the Debian packages that have them. */
const programs = {
  bc: "bc",
  bison: "bison",
  cpio: "cpio",
  flex: "flex",
  gcc: "gcc",
  ld: "binutils",
  make: "make",
  patch: "patch",
  perl: "perl",
  python3: "python3",
  xz: "xz-utils",
} as const;

const headers = { "gelf.h": "libelf-dev", "openssl/ssl.h": "libssl-dev" } as const;

/** An error that names every tool of a kernel's build which this machine lacks, and the packages that have them. */
export async function demandHostTools(run: RunInPlace): Promise<void> {
  const missing: { readonly what: string; readonly package: string }[] = [];
  const look = async (what: string, name: string, tool: string, args: string[]) => {
    const step = { tool, args, purpose: "to build a kernel", package: name };
    const found = await run(step, { mayFail: true }).catch((error: unknown) => {
      if (error instanceof MissingToolError) return { exitCode: 127 };
      throw error;
    });
    if (found.exitCode !== 0) missing.push({ what, package: name });
  };
  for (const [tool, name] of Object.entries(programs)) await look(tool, name, tool, ["--version"]);
  for (const [header, name] of Object.entries(headers))
    await look(header, name, "gcc", ["-E", "-include", header, "-x", "c", "/dev/null"]);
  if (missing.length === 0) return;
  const names = missing.map(({ what }) => what).join(", ");
  throw new MissingToolError(`${names} are needed to build a kernel but were not found`, {
    hint: `apt-get install ${[...new Set(missing.map((tool) => tool.package))].join(" ")}`,
  });
}
