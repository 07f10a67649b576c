/** What identifies a build and would differ from one to the next (Documentation/kbuild/reproducible-builds.rst). */
const fixed = [
  "KBUILD_BUILD_TIMESTAMP=Wed Jan  1 00:00:00 UTC 2025",
  "KBUILD_BUILD_USER=bootwright",
  "KBUILD_BUILD_HOST=bootwright",
  "KBUILD_BUILD_VERSION=1",
  // Set and empty: the release says nothing of a git repository around the source.
  "LOCALVERSION=",
];

const architectures = { "linux/amd64": "x86_64" } as const;

/** The variables of Kconfig files for a platform. */
export const kconfigVariables = {
  "linux/amd64": { ARCH: "x86_64", SRCARCH: "x86" },
} as const;

/** Where the kernel lies in its built source. */
export const imagePath = { "linux/amd64": "arch/x86/boot/bzImage" } as const;

/** The arguments of `make` for a target of a kernel's source in a folder. */
export function makeArguments(
  folder: string,
  platform: keyof typeof architectures,
  targets: readonly string[],
): string[] {
  const named = `KCFLAGS=-ffile-prefix-map=${folder}=.`;
  return [
    ...["--directory", folder, "--no-print-directory"],
    ...[`ARCH=${architectures[platform]}`, ...fixed, named, ...targets],
  ];
}

/** The name of the file that a line of the build says is compiled; undefined for other lines. */
export function compiledFile(line: string): string | undefined {
  return /^ {2}(?:CC|AS) +(?:\[M\] +)?(\S+)\.o$/.exec(line)?.[1];
}
