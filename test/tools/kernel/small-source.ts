import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * A source that a kernel's build takes as one, and that builds in no time: the Makefile's targets and the Kconfig are a kernel's, the image is
 * its configuration, a file and what is built in. NEEDS_NET is lost without NET.
 */
export const smallSource: Readonly<Record<string, string>> = {
  Makefile: [
    "allnoconfig defconfig tinyconfig:",
    "\techo '# CONFIG_NET is not set' > .config",
    "olddefconfig:",
    "\tgrep -q '^CONFIG_NET=y' .config || sed -i 's/^CONFIG_NEEDS_NET=y/# CONFIG_NEEDS_NET is not set/' .config",
    "\tsed -i /CONFIG_OLD=/d .config",
    "mrproper:",
    "\trm -f main.o .config",
    "bzImage: ; mkdir -p arch/x86/boot include/config",
    "\t@echo '  CC      init/main.o'; echo '  AS      arch/x86/head.o'",
    `\ttest ! -e main.o && cat .config init/main.c $$(sed -n 's/^CONFIG_INITRAMFS_SOURCE="\\(.*\\)"/\\1/p' .config) > arch/x86/boot/bzImage`,
    "\techo 6.1.0-small > include/config/kernel.release",
    "",
  ].join("\n"),
  Kconfig: [
    ...["config NET", '\tbool "Networking"'],
    ...["config NEEDS_NET", '\ttristate "Something of it"', "\tdepends on NET"],
    ...["config HOSTNAME", '\tstring "Name"'],
    ...["config INITRAMFS_SOURCE", '\tstring "Initramfs"'],
    ...["config RD_GZIP", '\tbool "gzip"', ""],
  ].join("\n"),
  "init/main.c": "int main;\n",
};

/** A patch of the small source. */
export const smallPatch = `--- a/init/main.c
+++ b/init/main.c
@@ -1 +1 @@
-int main;
+long main;
`;

/** Writes files below a folder. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
