import { InputError } from "../errors.ts";
import { kernelArguments, syslinuxConfig } from "../plan/boot-config.ts";
import type { BootEntry } from "../plan/boot-menu.ts";
import { grubConfig } from "../plan/grub-config.ts";
import type { Layout } from "../plan/layout.ts";
import type { Ref } from "../plan/ref.ts";
import { loaderConfig, loaderEntry, ukiOsRelease } from "../plan/systemd-boot-config.ts";
import { certificateText } from "../signing/identity.ts";
import type { BootloaderInputs } from "./bootloader-schema.ts";
import { type BootloaderType, isGrub, packsUki } from "./bootloader-types.ts";
import type { Signing } from "./efi-program.ts";
import type { EfiStubPlan } from "./install-efi-stub.ts";
import type { GrubPlan } from "./install-grub.ts";
import type { SyslinuxPlan } from "./install-syslinux.ts";
import { firmwarePath, type SystemdBootPlan } from "./install-systemd-boot.ts";
import { type LoaderPlace, pathIn, placeOnDisk } from "./loader-place.ts";

/** Everything that decides a boot loader, by its method. */
export type BootloaderPlan = SyslinuxPlan | EfiStubPlan | GrubPlan | SystemdBootPlan;

interface Placed {
  readonly path: string;
  readonly content?: Ref;
}

/** Where a kernel and an initrd go that are not in the filesystem: on FAT under names of eight and three characters. */
const placedPaths = {
  extlinux: { directory: "/boot", kernel: "/boot/vmlinuz", initrd: "/boot/initrd.img" },
  syslinux: { directory: "/", kernel: "/vmlinuz", initrd: "/initrd.img" },
} as const;

/** What decides the bytes: of a kernel in the tree its path, of another its content. */
export function planBootloader(given: BootloaderInputs): BootloaderPlan {
  const { type, partition, kernel, initrd } = given;
  if (type === "efi-stub")
    return {
      ...{ method: type, partition, kernel: kernel.ref, initrd: initrd?.ref },
      ...signingOf(given),
    };
  if (isGrub(type)) return planGrub(given);
  return type === "extlinux" || type === "syslinux"
    ? planSyslinux(type, given)
    : planSystemdBoot(given);
}

function planSyslinux(type: "extlinux" | "syslinux", given: BootloaderInputs): SyslinuxPlan {
  const { partition, table, menuTitle, kernel, initrd } = given;
  const { directory, ...paths } = placedPaths[type];
  const place = ({ path, ref }: BootloaderInputs["kernel"], to: string): Placed =>
    type === "extlinux" && path !== "" ? { path } : { path: to, content: ref };
  const placedKernel = place(kernel, paths.kernel);
  const placedInitrd = initrd && place(initrd, paths.initrd);
  return {
    ...{ method: type, partition, directory, table },
    menu: menuTitle !== undefined,
    config: syslinuxConfig({
      ...given,
      kernelPath: placedKernel.path,
      initrdPath: placedInitrd?.path,
    }),
    placed: onlyPlaced([placedKernel, placedInitrd]),
  };
}

function planGrub(given: BootloaderInputs): GrubPlan {
  const { kernel, initrd, defaultEntry, timeoutSeconds, consoles } = given;
  const { partition, esp, core } = demandPlace(given);
  // Of a partition that becomes /boot, the root is what others have in /boot.
  const folder = partition.mountPoint === "/boot" ? "" : "/boot";
  const inTree = partition.filesystem === "ext4";
  const place = ({ path, ref }: BootloaderInputs["kernel"], name: string): Placed =>
    inTree && path !== ""
      ? { path: pathIn(partition, path) }
      : { path: `${folder}/${name}`, content: ref };
  const placedKernel = place(kernel, "vmlinuz");
  const placedInitrd = initrd && place(initrd, "initrd.img");
  return {
    method: "grub",
    bios: core,
    esp: esp?.name,
    partition: partition.name,
    filesystem: inTree ? "ext2" : "fat",
    filesystemUuid: partition.uuid,
    directory: `${folder}/grub`,
    config: grubConfig({
      ...{ defaultEntry, timeoutSeconds, consoles },
      entries: entriesOf(given),
      argumentsOf: (entry) => entryArguments(given, entry),
      kernelPath: placedKernel.path,
      initrdPath: placedInitrd?.path,
    }),
    placed: onlyPlaced([placedKernel, placedInitrd]),
  };
}

/** Entries are numbered, so that another title moves nothing. */
function planSystemdBoot(given: BootloaderInputs): SystemdBootPlan {
  const { type, kernel, initrd, defaultEntry, timeoutSeconds } = given;
  const { partition: esp } = demandPlace(given);
  const osRelease = given.osRelease ?? { id: "", versionId: "", prettyName: "" };
  const entries = entriesOf(given).map((entry, index) => ({
    ...{ title: entry.title, index },
    options: entryArguments(given, entry),
  }));
  const loader = type !== "uki";
  const end = packsUki(type) ? "efi" : "conf";
  const fileOf = (index: number) => `entry-${index}.${end}`;
  const defaultFile = fileOf(defaultEntry);
  const config = {
    path: "/loader/loader.conf",
    text: loaderConfig({ defaultFile, timeoutSeconds }),
  };
  const common = {
    ...{ method: "systemd-boot" as const, esp: esp.name, loader, kernel: kernel.ref },
    ...signingOf(given),
  };
  if (packsUki(type))
    return {
      ...common,
      texts: loader ? [config] : [],
      ukis: entries.map(({ title, index, options }) => ({
        path: loader ? `/EFI/Linux/${fileOf(index)}` : firmwarePath,
        ...{ kernel: kernel.ref, initrd: initrd?.ref, commandLine: options },
        osRelease: ukiOsRelease(osRelease, title, index),
      })),
      placed: [],
    };
  const kernelPath = "/vmlinuz";
  const initrdPath = initrd && "/initrd.img";
  return {
    ...common,
    texts: [
      config,
      ...entries.map((entry) => ({
        path: `/loader/entries/${fileOf(entry.index)}`,
        text: loaderEntry({ ...entry, kernelPath, initrdPath }),
      })),
    ],
    ukis: [],
    placed: onlyPlaced([
      { path: kernelPath, content: kernel.ref },
      ...(initrd ? [{ path: "/initrd.img", content: initrd.ref }] : []),
    ]),
  };
}

/** The certificate alone: a key that does not belong to it is refused, and so it decides nothing more. */
function signingOf({ signingCertificate }: BootloaderInputs): { signing?: Signing } {
  return signingCertificate === undefined
    ? {}
    : { signing: { certificate: certificateText(signingCertificate) } };
}

function demandPlace({
  type,
  layout,
  partition,
}: {
  type: BootloaderType;
  layout?: Layout | undefined;
  partition: string;
}): LoaderPlace {
  if (!layout) throw new InputError([{ property: "layout", reason: `is required for "${type}"` }]);
  const { place, problems } = placeOnDisk(type, layout, partition);
  if (!place) throw new InputError(problems);
  return place;
}

/** The entries, or one that has the system's own name. */
function entriesOf({ entries, osRelease }: BootloaderInputs): readonly BootEntry[] {
  const title = osRelease?.prettyName || "Linux";
  return entries.length > 0 ? entries : [{ title, commandLine: "" }];
}

function entryArguments(given: BootloaderInputs, entry: BootEntry): string {
  const { rootUuid, consoles } = given;
  const commandLine = `${given.commandLine.trim()} ${entry.commandLine.trim()}`;
  return kernelArguments({ commandLine, rootUuid, consoles });
}

function onlyPlaced(files: readonly (Placed | undefined)[]) {
  return files.flatMap((file) =>
    file?.content ? [{ path: file.path, content: file.content }] : [],
  );
}
