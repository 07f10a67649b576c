import type { Finding } from "./findings.ts";
import type { Driver, Target } from "./targets.ts";

/** What is known of a kernel and of its initrd. */
export interface KernelFacts {
  /** Empty where the tree has no kernel. */
  readonly version: string;
  /** Modules that are part of the kernel (`modules.builtin`), with underscores. */
  readonly builtIn: ReadonlySet<string>;
  /** Modules that lie in the tree. */
  readonly modules: ReadonlySet<string>;
  /** Values of the kernel's `.config`; undefined where there is none to read. */
  readonly config?: ReadonlyMap<string, string> | undefined;
  /** Modules in the initrd; absent without an initrd, and `unreadable` says why it could not be read. */
  readonly initrd?: { readonly modules: ReadonlySet<string> } | { readonly unreadable: string };
}

/** Whether a kernel has the drivers of a target, and finds its disk with them. */
export function driverFindings(target: Target, kernel: KernelFacts): Finding[] {
  if (target.drivers.length === 0) return [];
  const { version, initrd } = kernel;
  const path = `/lib/modules/${version}`;
  if (version === "" && !kernel.config)
    return [
      {
        ...{ path: "/boot", level: "error", message: "there is no kernel in the tree" },
        fix: "install one (Rootfs.install.kernel), or give kernelConfig of a kernel from source",
      },
    ];
  const states = target.drivers.map((driver) => ({ driver, state: stateOf(driver, kernel) }));
  const found = states
    .filter(({ state }) => state === "missing")
    .map(({ driver }): Finding => {
      const { module, option, use } = driver;
      const message = `the kernel has no ${module}, which ${target.title} needs for the ${use}`;
      return { path, level: "error", message, fix: `use a kernel with CONFIG_${option}=y or m` };
    });
  const asModules = states.filter(({ state }) => state === "module").map(({ driver }) => driver);
  if (initrd && "unreadable" in initrd) {
    if (asModules.length > 0)
      found.push({
        path: "initrd",
        level: "warning",
        message: `its modules could not be looked at: ${initrd.unreadable}`,
        fix: `make sure that it holds ${asModules.map(({ module }) => module).join(", ")}`,
      });
    return found;
  }
  const missing = asModules.filter(({ module }) => !initrd?.modules.has(module));
  return [...found, ...missing.flatMap((driver) => notInInitrd(driver, initrd !== undefined))];
}

function notInInitrd({ module, option, use }: Driver, isThere: boolean): Finding[] {
  // The network's module is loaded from the root filesystem.
  if (use !== "disk") return [];
  return [
    {
      path: "initrd",
      level: "error",
      message: isThere
        ? `it has no ${module}, and without it the root filesystem is not found`
        : `there is none, and ${module}, without which the root filesystem is not found, is a module`,
      fix: `add ${module} to /etc/initramfs-tools/modules before the kernel is installed, or build it in (CONFIG_${option}=y)`,
    },
  ];
}

function stateOf(
  { module, option }: Driver,
  kernel: KernelFacts,
): "built in" | "module" | "missing" {
  const value = kernel.config?.get(option);
  if (value === "y" || kernel.builtIn.has(module)) return "built in";
  return kernel.modules.has(module) ? "module" : "missing";
}

/** The modules among paths of a tree, of an initrd, or in a modules.builtin: names without their ends, with underscores. */
export function modulesIn(paths: Iterable<string>): Set<string> {
  const found = new Set<string>();
  for (const path of paths) {
    const name = /([^/]+)\.ko(?:\.(?:gz|xz|zst))?$/.exec(path)?.[1];
    if (name) found.add(name.replaceAll("-", "_"));
  }
  return found;
}
