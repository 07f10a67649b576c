import { constants } from "node:fs";
import { access, readdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { openRunner } from "../../host/open-runner.ts";
import { forgetProbe } from "../../host/probe-once.ts";
import type { Runner } from "../../host/tool.ts";
import { type Finding, failing } from "./finding.ts";

export type RunnerKind = Runner["kind"];

/** What the host runner starts, and the Debian packages that have it. */
const hostTools: Readonly<Record<string, string>> = {
  "qemu-img": "qemu-utils",
  "qemu-system-x86_64": "qemu-system-x86",
  socat: "socat",
  syslinux: "syslinux",
  zstd: "zstd",
};

/** What only some resources start. */
const hostToolsOfSome: Readonly<Record<string, string>> = {
  "grub-mkimage": "grub-common",
  mksquashfs: "squashfs-tools",
  xorriso: "xorriso",
};

/** Whether the runner does a step: a container that uses the store, or the tools of this machine. */
export async function checkRunner(
  kind: RunnerKind,
  storeRoot: string,
  signal: AbortSignal,
): Promise<Finding[]> {
  const name = "runner";
  try {
    await forgetProbe(storeRoot);
    const runner = await openRunner({ storeRoot, signal });
    const step = { tool: "true", args: [], purpose: "to see that it runs", package: "coreutils" };
    await runner.run(step, { signal });
  } catch (error) {
    return [failing(name, error)];
  }
  if (kind === "container")
    return [{ name, state: "good", found: "containers of the toolbox use the store" }];
  const missing = await missingTools(Object.keys(hostTools));
  const forSome = await missingTools(Object.keys(hostToolsOfSome));
  return [
    missing.length === 0
      ? { name, state: "good", found: "the tools of this machine" }
      : { name, state: "missing", ...absent(missing, hostTools) },
    ...(forSome.length === 0
      ? []
      : [
          {
            name: "for ISO and squashfs",
            state: "note" as const,
            ...absent(forSome, hostToolsOfSome),
          },
        ]),
  ];
}

function absent(tools: readonly string[], packageOf: Readonly<Record<string, string>>) {
  const packages = [...new Set(tools.map((tool) => packageOf[tool]))].sort();
  return {
    found: `not on PATH: ${tools.join(", ")}`,
    fix: `apt-get install ${packages.join(" ")}, or leave BOOTWRIGHT_RUNNER unset`,
  };
}

/** Those of the tools that no folder of PATH has; the host runner looks in the sbin folders too. */
export async function missingTools(
  tools: readonly string[],
  path: string = process.env.PATH ?? "",
): Promise<string[]> {
  const folders = [...path.split(delimiter), "/usr/sbin", "/sbin"].filter(Boolean);
  const missing: string[] = [];
  for (const tool of tools) {
    const found = await Promise.all(folders.map((folder) => isProgram(join(folder, tool))));
    if (!found.includes(true)) missing.push(tool);
  }
  return missing;
}

function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Whether boot tests can use KVM; they work without it, only slower. */
export async function checkKvm(kind: RunnerKind, storeRoot: string): Promise<Finding> {
  const name = "KVM";
  const note = (found: string): Finding => ({ name, state: "note", found });
  const opens = await access("/dev/kvm", constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!opens) return note("not here, or not yours to open: boot tests emulate the processor");
  if (kind === "container")
    return note("a container gets no device: boot tests emulate, BOOTWRIGHT_RUNNER=host uses it");
  const tools = join(storeRoot, "tools");
  const notes = (await readdir(tools).catch(() => [])).filter((file) => file.startsWith("kvm-"));
  const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  if (!notes.includes(`kvm-${bootId}`)) return note("the first boot test finds out if it works");
  const works = (await readFile(join(tools, `kvm-${bootId}`), "utf8")) === "works";
  return works ? { name, state: "good", found: "works" } : note("opens, but hangs: not used");
}
