import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BootTest } from "../../provider/flow/prove/boot-test.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { BootResult } from "../../provider/prove/run-boot-test.ts";
import type { Resource } from "../../provider/resource.ts";
import { debianServerAdditions, workingFiles } from "./debian-server-additions.ts";
import { diskListing } from "./disk-listing.ts";
import { imageListing } from "./image-listing.ts";
import { differences } from "./listing.ts";
import { type BuiltMachine, buildMachine, debianServer } from "./machine.ts";
import { machineListing } from "./machine-listing.ts";

let machine: BuiltMachine;
let folder: string;

beforeAll(async () => {
  machine = await buildMachine({
    source: { dockerfile: { context: debianServer } },
    hostname: "web",
    network: "dhcp",
  });
  folder = join(machine.ctx.cwd, "work");
  await mkdir(folder);
});
afterAll(() => machine?.ctx.dispose());

const sha256sum = (file: string) => execFileSync("sha256sum", [file], { encoding: "latin1" });

test("every entry of the image is in the filesystem as it was, and nothing else is", async () => {
  const { diskPath, root, outputs } = machine;
  const additions = debianServerAdditions(String(outputs.kernel!.version), root.uuid);
  const { listing, dropped } = machineListing(await imageListing(debianServer, folder), additions);
  const disk = await diskListing(diskPath, root.offsetBytes, folder);
  for (const path of workingFiles)
    disk.set(path, { ...disk.get(path)!, size: undefined, sha256: undefined });
  expect(differences(listing, disk)).toEqual([]);
  expect(listing.size).toBeGreaterThan(15_000);
  // Files, symlinks, devices and hard links were among them, and scrub had work.
  const all = [...listing.values()];
  expect(all.filter((entry) => entry.sha256).length).toBeGreaterThan(13_000);
  expect(all.filter((entry) => entry.target).length).toBeGreaterThan(800);
  expect(all.filter((entry) => entry.device).length).toBeGreaterThan(5);
  expect(all.filter((entry) => entry.names).length).toBeGreaterThan(1);
  expect(Object.keys(dropped).sort()).toEqual([
    "apt-cache",
    "apt-lists",
    "ldconfig-cache",
    "logs",
    "machine-id",
  ]);
});

test("e2fsck and sfdisk find nothing to mend", () => {
  const { diskPath, root } = machine;
  const disk = `${diskPath}?offset=${root.offsetBytes}`;
  execFileSync("e2fsck", ["-fn", disk], { stdio: "pipe" });
  expect(execFileSync("sfdisk", ["--verify", diskPath], { encoding: "utf8" })).toContain(
    "No errors detected.",
  );
});

test("it boots to login: and serves its page, and its bytes stay what was proved", async () => {
  const { ctx, disk, diskPath } = machine;
  const before = sha256sum(diskPath);
  const http = { port: 80, path: "/", status: 200, body: "Built from a Dockerfile" };
  const inputs = BootTest.inputs.parse({
    image: disk,
    expect: { serial: ["login:"], http: [http] },
  });
  const proved = (await put(BootTest as unknown as Resource, inputs, ctx)) as unknown as BootResult;
  expect(proved.met.map((met) => met.expectation)).toEqual([
    '"login:" on the serial console',
    'HTTP 200 containing "Built from a Dockerfile" from port 80, path /',
  ]);
  expect(proved.proof.imageDigest).toBe(disk.digest);
  expect(sha256sum(diskPath)).toBe(before);
});
