import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildToLayout, NoLayoutExport } from "../../host/build.ts";
import { docker, dockerClient } from "../../host/docker.ts";
import { parseEngine } from "../../host/engine.ts";
import { findToolbox } from "../../host/toolbox.ts";
import { type Finding, failing } from "./finding.ts";

const platform = "linux/amd64";

/** Whether there is a docker client, and an engine that answers it. */
export async function checkEngine(): Promise<Finding[]> {
  const purpose = "to build images and to run tools in containers";
  const client = "docker client";
  try {
    const version = await docker(["version", "--format", "{{json .}}"], { purpose });
    const { Client, Server } = JSON.parse(version) as Versions;
    const clientFound = `${dockerClient()} ${Client?.Version ?? ""}`.trim();
    const findings: Finding[] = [{ name: client, state: "good", found: clientFound }];
    const info = await docker(["info", "--format", "{{json .}}"], { purpose });
    const { podman, rootless, remapsUsers } = parseEngine(info);
    const manner = [podman && "Podman", rootless && "rootless", remapsUsers && "with userns-remap"];
    const found = [Server?.Version ?? "", ...manner].filter(Boolean).join(", ");
    return [...findings, { name: "engine", state: "good", found }];
  } catch (error) {
    const isClient = error instanceof Error && error.message.includes("was not found");
    const fix = process.env.DOCKER_HOST
      ? `start it, or correct DOCKER_HOST=${process.env.DOCKER_HOST}`
      : "systemctl start docker, and join its group (adduser $USER docker)";
    return [failing(isClient ? client : "engine", error, fix)];
  }
}

interface Versions {
  readonly Client?: { readonly Version?: string };
  readonly Server?: { readonly Version?: string };
}

/** Whether the builder fills an OCI layout, by letting it: an empty image. */
export async function checkBuilder(signal: AbortSignal): Promise<Finding> {
  const name = "builder";
  const folder = await mkdtemp(join(tmpdir(), "bootwright-doctor-"));
  try {
    await mkdir(join(folder, "layout"));
    const build = { platform, dockerfile: "FROM scratch\nLABEL probe=1\n" };
    await buildToLayout(build, join(folder, "layout"), folder, { signal });
    return { name, state: "good", found: "exports OCI layouts: a rebuild sends only new layers" };
  } catch (error) {
    if (!(error instanceof NoLayoutExport)) return failing(name, error);
    return {
      name,
      state: "note",
      found: "no OCI export, so that every rebuild reads the whole image",
      fix: '{"features": {"containerd-snapshotter": true}} in daemon.json with Docker 26 or later, and docker-buildx',
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether the image that steps run in has been built. */
export async function checkToolbox(): Promise<Finding> {
  const name = "toolbox";
  const { tag, imageId } = await findToolbox();
  if (imageId) return { name, state: "good", found: tag };
  return {
    name,
    state: "note",
    found: `${tag} is not built yet: the first step that needs a tool builds it, which takes minutes and Debian's packages`,
  };
}
