import { kernelArguments } from "../plan/boot-config.ts";
import { seededUuid } from "../plan/canonical.ts";
import type { Ref } from "../plan/ref.ts";
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
}

const kernelName = "vmlinuz";
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
  const { folder, ...names } = layouts[layout];
  const marker = `.disk/${seededUuid(seed, "ISO marker")}`;
  const kernelPath = `${folder}/${kernelName}`;
  const initrdPath = `${folder}/${names.initrd}`;
  const menu = grubMenu({
    ...given,
    ...{ kernelPath, initrdPath },
    entries: given.entries.map(({ title, commandLine }) => ({
      title,
      arguments: kernelArguments({
        commandLine: `${names.commandLine} ${commandLine}`,
        rootUuid: undefined,
        consoles: given.consoles,
      }),
    })),
  });
  return {
    ...{ volumeId, marker, sourceDateEpoch },
    diskGuid: seededUuid(seed, "ISO disk"),
    artefacts: [
      { path: kernelPath, content: kernel },
      { path: initrdPath, content: initrd },
      ...(squashfs ? [{ path: `${folder}/filesystem.squashfs`, content: squashfs }] : []),
    ],
    texts: [
      { path: ".disk/info", text: `${name} (${day(sourceDateEpoch)})\n` },
      { path: marker, text: "" },
      { path: "README.diskdefines", text: diskDefines(name) },
      { path: "boot/grub/grub.cfg", text: menu },
    ],
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
