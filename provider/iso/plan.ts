import { seededUuid } from "../plan/canonical.ts";
import type { Ref } from "../plan/ref.ts";
import { defaultMenu } from "./default-menu.ts";
import { grubMenu } from "./grub-menu.ts";
import type { IsoInputs, IsoLayout } from "./schema.ts";

/** A file of the medium whose content is an artefact. */
export interface IsoArtefact {
  /** Without a leading slash. */
  readonly path: string;
  readonly content: Ref;
}

/** A file of the medium that is written here. */
export interface IsoText {
  readonly path: string;
  readonly text: string;
}

/** Everything that decides an ISO image. */
export interface IsoPlan {
  readonly volumeId: string;
  /** GUID of the partition table. */
  readonly diskGuid: string;
  /** An empty file by whose path the boot loader knows its own medium among others. */
  readonly marker: string;
  readonly sourceDateEpoch: number;
  readonly artefacts: readonly IsoArtefact[];
  readonly texts: readonly IsoText[];
  /** Whether the menu has Memtest86+. */
  readonly memtest: boolean;
  /** Whose papers (size, packages) lie beside it in the folder. */
  readonly liveRoot?: {
    readonly squashfs: Ref;
    readonly folder: string;
    readonly liveOnlyPackages: readonly string[];
  };
}

const kernelName = "vmlinuz";
/** What the seeds of live media leave out of filesystem.manifest-desktop, in Debian and in Ubuntu. */
const usualLiveOnly = [
  ...["casper", "discover", "discover-data", "laptop-detect", "libdiscover2", "live-boot*"],
  ...["live-config*", "live-tools", "lupin-casper", "os-prober", "ubiquity*"],
];
/** What live-boot(7) and casper(7) are told, and the folder that they look in. */
const layouts: Readonly<
  Record<IsoLayout, { folder: string; initrd: string; commandLine: string }>
> = {
  tiny: { folder: "boot", initrd: "initrd.img", commandLine: "" },
  live: { folder: "live", initrd: "initrd.img", commandLine: "boot=live components" },
  casper: { folder: "casper", initrd: "initrd", commandLine: "boot=casper" },
};

/** Where everything goes on the medium, and the text of what is written for it. */
export function planIso(given: IsoInputs): IsoPlan {
  const { layout, kernel, initrd, squashfs, volumeId, seed, name, sourceDateEpoch } = given;
  const { folder, commandLine, ...names } = layouts[layout];
  const entries = given.entries ?? defaultMenu(layout, name);
  const marker = `.disk/${seededUuid(seed, "ISO marker")}`;
  const kernelPath = `${folder}/${kernelName}`;
  const initrdPath = `${folder}/${names.initrd}`;
  const { defaultEntry, timeoutSeconds, consoles } = given;
  const menu = grubMenu({
    ...{ entries, defaultEntry, timeoutSeconds, consoles },
    ...{ commandLine, kernelPath, initrdPath },
  });
  const liveOnlyPackages = [...new Set(given.liveOnlyPackages ?? usualLiveOnly)].sort();
  return {
    ...{ volumeId, marker, sourceDateEpoch },
    diskGuid: seededUuid(seed, "ISO disk"),
    memtest: entries.flatMap((entry) => [entry, ...(entry.submenu ?? [])]).some((e) => e.memtest),
    artefacts: [
      { path: kernelPath, content: kernel },
      { path: initrdPath, content: initrd },
      ...(squashfs ? [{ path: `${folder}/filesystem.squashfs`, content: squashfs }] : []),
      ...given.files.map(({ path, content }) => ({ path: path.slice(1), content })),
    ],
    texts: [
      { path: ".disk/info", text: `${name} (${day(sourceDateEpoch)})\n` },
      { path: marker, text: "" },
      { path: "README.diskdefines", text: diskDefines(name) },
      { path: "boot/grub/grub.cfg", text: menu },
    ],
    ...(squashfs && { liveRoot: { squashfs, folder, liveOnlyPackages } }),
  };
}

function day(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 10).replaceAll("-", "");
}

/** What Ubuntu's installers read of a medium. */
function diskDefines(name: string): string {
  return [
    `#define DISKNAME  ${name}`,
    ...["#define TYPE  binary", "#define TYPEbinary  1"],
    ...["#define ARCH  amd64", "#define ARCHamd64  1"],
    ...["#define DISKNUM  1", "#define DISKNUM1  1"],
    ...["#define TOTALNUM  0", "#define TOTALNUM0  1", ""],
  ].join("\n");
}
