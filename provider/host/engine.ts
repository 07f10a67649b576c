import { MissingToolError } from "../errors.ts";

/** What decides how a container is run, of all that `docker info` says. */
export interface Engine {
  readonly podman: boolean;
  readonly rootless: boolean;
  /** The engine maps the users of its containers to others (`userns-remap`). */
  readonly remapsUsers: boolean;
  readonly selinux: boolean;
  /** Host name of the engine: Lima's and Colima's begin with their names. */
  readonly name: string;
  readonly rootFolder: string;
}

/** Reads `docker info --format '{{json .}}'`, of Docker or of Podman under Docker's name. */
export function parseEngine(text: string): Engine {
  const info = readInfo(text);
  if (info.ServerErrors?.length)
    throw new MissingToolError(`No Docker engine answers: ${info.ServerErrors.join("; ")}`, {
      hint: "start one, join its group, or set BOOTWRIGHT_RUNNER=host to use this machine's own tools",
    });
  if (info.host) {
    return {
      podman: true,
      rootless: info.host.security?.rootless ?? false,
      remapsUsers: false,
      selinux: info.host.security?.selinuxEnabled ?? false,
      name: info.host.hostname ?? "",
      rootFolder: info.store?.graphRoot ?? "",
    };
  }
  const options = (info.SecurityOptions ?? []).map((option) => option.split(",")[0]);
  return {
    podman: false,
    rootless: options.includes("name=rootless"),
    remapsUsers: options.includes("name=userns"),
    selinux: options.includes("name=selinux"),
    name: info.Name ?? "",
    rootFolder: info.DockerRootDir ?? "",
  };
}

function readInfo(text: string): DockerInfo & PodmanInfo {
  try {
    const info: unknown = JSON.parse(text);
    if (info !== null && typeof info === "object" && !Array.isArray(info)) return info;
  } catch {
    // Not JSON at all.
  }
  const said = text.trim().slice(0, 200);
  throw new MissingToolError(`The docker client says nothing of its engine but "${said}"`, {
    hint: "is it a docker client? docker info --format '{{json .}}' must print a JSON object; BOOTWRIGHT_DOCKER names another",
  });
}

interface DockerInfo {
  /** Docker ends with success even where no engine answers. */
  readonly ServerErrors?: readonly string[];
  readonly SecurityOptions?: readonly string[];
  readonly Name?: string;
  readonly DockerRootDir?: string;
}

interface PodmanInfo {
  readonly host?: {
    readonly hostname?: string;
    readonly security?: { readonly rootless?: boolean; readonly selinuxEnabled?: boolean };
  };
  readonly store?: { readonly graphRoot?: string };
}

/** Who a step is inside its container. */
export interface ContainerUser {
  readonly flags: readonly string[];
  /** The owner that a stage must have on the host for the step to write to it; undefined when it is the caller. */
  readonly stageOwner?: { readonly uid: number; readonly gid: number };
}

/** `nobody` of Debian; what a step becomes when the caller is root. */
const nobody = 65534;

/** The user flags for an engine and a caller: on the host a step is never root, and is the caller unless the caller is. */
export function containerUser(
  engine: Engine,
  caller: { readonly uid: number; readonly gid: number },
): ContainerUser {
  const label = engine.selinux ? ["--security-opt", "label=disable"] : [];
  // In a rootless engine, root is the caller's own unprivileged user, and every other user is one that owns nothing.
  if (engine.rootless && caller.uid !== 0) return { flags: ["--user", "0:0", ...label] };
  const userns = engine.remapsUsers ? ["--userns", "host"] : [];
  if (caller.uid !== 0)
    return { flags: ["--user", `${caller.uid}:${caller.gid}`, ...userns, ...label] };
  return {
    flags: ["--user", `${nobody}:${nobody}`, ...userns, ...label],
    stageOwner: { uid: nobody, gid: nobody },
  };
}
