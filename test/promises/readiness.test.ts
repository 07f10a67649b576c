import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { madeBy } from "../boot/example.ts";
import { look, startAzurite } from "../cloud/azurite.ts";
import { tinyFiles } from "./fixture.ts";
import { makeProject, type Project } from "./project.ts";

// The order of examples/cloud-hybrid, without a machine that boots.
const program = `import {
  AzurePageBlob, ConvertedImage, DiskImage, Filesystem, PartitionLayout, ReadinessCheck, Rootfs,
} from "bootwright";
const rootfs = new Rootfs("rootfs", { source: { dockerfile: { context: "." } } });
const { layout } = new PartitionLayout("layout", {
  roundToMiB: 1, partitions: [{ name: "root", mountPoint: "/", sizing: rootfs.sizing }],
});
const root = new Filesystem("root", { tree: rootfs.ref, partition: layout.partitions[0] });
const ready = new ReadinessCheck("ready", { target: "azure", tree: rootfs.ref });
const disk = new DiskImage(
  "disk", { layout, filesystems: [{ partition: "root", content: root.ref }] }, { dependsOn: ready },
);
const vhd = new ConvertedImage("vhd", { image: disk.ref, format: "vhd" });
new ConvertedImage("qcow2", { image: disk.ref, format: "qcow2" });
new AzurePageBlob("blob", {
  image: vhd.ref, unproven: true, readiness: ready.readiness,
  connectionString: process.env.TEST_AZURE, container: "images",
});
`;
const drivers = ["hv_vmbus", "hv_storvsc", "sd_mod", "hv_netvsc"];
const files = {
  ...tinyFiles,
  Dockerfile: `${tinyFiles.Dockerfile}COPY system/ /\n`,
  "system/lib/modules/1.0/modules.builtin": drivers.map((name) => `kernel/${name}.ko\n`).join(""),
  "system/etc/inittab": "::respawn:udhcpc -f\n",
  "system/usr/sbin/waagent": "an agent",
};

let azurite: Awaited<ReturnType<typeof startAzurite>>;
let project: Project;
beforeAll(async () => {
  azurite = await startAzurite();
  project = await makeProject(program, files, { TEST_AZURE: azurite.connectionString });
  await project.up();
});
afterAll(async () => {
  await project?.dispose();
  await azurite?.stop();
});

async function published(): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of look(azurite.port, "images").listBlobsFlat()) found.push(name);
  return found.sort();
}

const digestsOf = async (...names: readonly string[]) => {
  const made = await madeBy(project);
  return names.map((name) => made[name]?.ref.digest);
};

test("a Dockerfile that leaves credentials behind is refused before a disk of it is made, converted or sent", async () => {
  const later = ["disk", "vhd", "qcow2"];
  const [digests, blobs] = [await digestsOf(...later), await published()];
  const disks = await readdir(join(project.store, "objects/disk"));
  const [tree] = await digestsOf("rootfs");
  await project.write(
    "Dockerfile",
    `${files.Dockerfile}RUN mkdir -p /root/.azure && echo key >/root/.azure/credentials && echo "machine a login b password c" >/root/.netrc\n`,
  );
  const refused = await project.failingUp();
  expect(refused).toContain("The machine is not ready for Azure:");
  for (const path of ["/root/.azure/credentials", "/root/.netrc"])
    expect(refused).toContain(`${path}: holds credentials`);
  expect(await digestsOf("rootfs")).not.toEqual([tree]);
  expect(await digestsOf(...later)).toEqual(digests);
  expect(await readdir(join(project.store, "objects/disk"))).toEqual(disks);
  expect(await published()).toEqual(blobs);
});
