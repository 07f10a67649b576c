import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { loadPlan } from "../../../provider/ext4/object.ts";
import { dockerClient } from "../../../provider/host/docker.ts";
import { storeLabel, storeName } from "../../../provider/host/reap.ts";
import { type ArtefactKind, artefactKinds } from "../../../provider/plan/ref.ts";
import { openStore } from "../../../provider/store/local-store.ts";
import { verifyForeign } from "../../../provider/store/verify.ts";
import { loadVhd } from "../../../provider/store/vhd-view.ts";
import { look } from "../../cloud/azurite.ts";

/** Everything of a store's work that still runs: containers (ended ones too) and processes that name the store. */
export async function stillRunning(store: string): Promise<string[]> {
  const filter = `label=${storeLabel}=${storeName(store)}`;
  const args = ["ps", "--all", "--filter", filter, "--format", "container {{.Command}}"];
  const containers = (await execa(dockerClient(), args)).stdout.split("\n");
  const processes: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (words.includes(store)) processes.push(`process ${words.replaceAll("\0", " ")}`);
  }
  return [...containers, ...processes].filter(Boolean);
}

/** What is wrong with a store, every byte read: objects that are not what they are called, unrecorded ones, torn records. */
export async function storeProblems(root: string): Promise<string[]> {
  const store = await openStore(root);
  const problems: string[] = [];
  const sealed = new Set<string>();
  for (const kind of artefactKinds)
    for (const file of await filesBelow(join(root, "seals", kind))) {
      const digest = `sha256:${file.slice(-69, -5)}`;
      const path = store.path(kind, digest);
      sealed.add(path);
      const condition = await store.condition({ kind, digest });
      if (condition !== "there") problems.push(`the ${kind} ${digest} is ${condition}`);
      else
        await verify(kind, digest, path).catch((error) =>
          problems.push(`the ${kind} ${digest}: ${error}`),
        );
    }
  for (const file of await filesBelow(join(root, "objects")))
    if (!sealed.has(file)) problems.push(`${file} is not recorded`);
  for (const folder of ["steps", "roots", "exports"])
    for (const file of await filesBelow(join(root, folder)))
      await readFile(file, "utf8")
        .then((text) => JSON.parse(text))
        .catch((error) => problems.push(`${file}: ${error}`));
  return problems;
}

async function verify(kind: ArtefactKind, digest: string, path: string): Promise<void> {
  // A disk is named by its plan; the tests compare its bytes with those of an undisturbed run.
  if (kind === "disk") return;
  if (kind === "vhd") return void (await loadVhd(path, digest));
  if (kind !== "ext4") return void (await verifyForeign({ kind, digest }, path));
  const plan = await loadPlan(path);
  if (plan.digest !== digest) throw new Error(`its content is ${plan.digest}`);
}

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** sha256 of a file. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** What is in a container of page blobs besides finished, unleased versions without snapshots; and the versions. */
export async function cloudRemains(port: number, container: string) {
  const client = look(port, container);
  const versions: string[] = [];
  const remains: string[] = [];
  const listed = { includeMetadata: true, includeSnapshots: true };
  if (!(await client.exists())) return { versions, remains };
  for await (const { name, snapshot, metadata, properties } of client.listBlobsFlat(listed)) {
    if (snapshot) remains.push(`${name} has a snapshot`);
    else if (properties.leaseState !== "available") remains.push(`${name} is leased`);
    if (name.endsWith(".hashes") || snapshot) continue;
    versions.push(name);
    if (metadata?.bootwright_state !== "complete")
      remains.push(`${name} is ${metadata?.bootwright_state}`);
  }
  return { versions: versions.sort(), remains };
}

/** sha256 over the pages that a blob holds and where they are. */
export async function blobDigest(port: number, container: string, name: string): Promise<string> {
  const blob = look(port, container).getPageBlobClient(name);
  const hash = createHash("sha256");
  const { pageRange = [] } = await blob.getPageRanges();
  for (const { offset, count } of pageRange) {
    const bytes = await blob.downloadToBuffer(offset, count);
    // Ranges are cut differently by an upload that was cut off: what counts is which byte lies where.
    for (let at = 0; at < bytes.length; at += 512) {
      const page = bytes.subarray(at, at + 512);
      if (page.some((byte) => byte !== 0)) hash.update(`${offset + at} `).update(page);
    }
  }
  return hash.digest("hex");
}
