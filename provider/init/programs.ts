/** The programs of an image that scripts of ours call. */
export interface Programs {
  /** How a script calls a program: its path, or through busybox; undefined where the image has neither. */
  call(name: string): string | undefined;
  /** As {@link call}, but only what is not busybox: its options differ. */
  own(name: string): string | undefined;
  /** As {@link call}, but only busybox. */
  applet(name: string): string | undefined;
}

/** What has to be known of an image's files. */
export interface ProgramFiles {
  /** Absolute path of the busybox program itself, and what it can do; absent where there is none. */
  readonly busybox?: { readonly path: string; readonly applets: ReadonlySet<string> } | undefined;
  /** True for a path (no leading slash) that leads to a file which can be run and is not busybox. */
  runs(path: string): boolean;
}

/** Where programs are looked for, in this order; also the PATH of everything that is started. */
export const programFolders = [
  "usr/local/sbin",
  "usr/local/bin",
  "usr/sbin",
  "usr/bin",
  "sbin",
  "bin",
] as const;

/** PATH as a shell has it. */
export const searchPath: string = programFolders.map((folder) => `/${folder}`).join(":");

export function findPrograms({ busybox, runs }: ProgramFiles): Programs {
  const own = (name: string) => {
    const folder = programFolders.find((candidate) => runs(`${candidate}/${name}`));
    return folder && `/${folder}/${name}`;
  };
  const applet = (name: string) =>
    busybox?.applets.has(name) ? `${busybox.path} ${name}` : undefined;
  return { own, applet, call: (name) => own(name) ?? applet(name) };
}
