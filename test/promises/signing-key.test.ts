import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { sayingEfiApplication } from "../boot/efi-application.ts";
import { inClear } from "../recipes.ts";
import { selfSigned } from "../self-signed.ts";
import { makeFaceProject } from "./plugin-project.ts";
import type { Project } from "./project.ts";

// The key is given as nobody should: not as a secret, and as one that a first preview does not know.
const program = `import * as pulumi from "@pulumi/pulumi";
import * as bw from "./face.ts";
const kernel = new bw.Kernel("kernel", { file: { path: "program.efi" } });
const given = process.env.TEST_KEY!;
const signingKey = process.env.TEST_KEY_LATER ? kernel.ref.apply(() => given) : given;
const signed = new bw.Bootloader("signed", {
  ...{ type: "efi-stub", partition: "esp", kernel: { ref: kernel.ref } },
  ...{ signingKey, signingCertificate: process.env.TEST_CERTIFICATE! },
});
const { layout } = new bw.PartitionLayout("layout", {
  partitions: [{ name: "esp", type: "esp", filesystem: "fat16" }],
  diskSizeMiB: 8,
});
const esp = new bw.Filesystem("esp", {
  ...{ type: "fat16", partition: layout.partitions[0], installs: signed.installs },
});
export const { installs } = signed;
export const { ref } = esp;
`;
const pair = selfSigned();
const small = selfSigned({ bits: 1024 });

let project: Project | undefined;
afterEach(() => project?.dispose());

async function start(face: "dynamic" | "plugin"): Promise<Project> {
  const env = { TEST_KEY: pair.signingKey, TEST_CERTIFICATE: pair.signingCertificate };
  project = await makeFaceProject(face, program, {}, { ...env, TEST_KEY_LATER: "1" });
  // New every time: nothing of it is in anybody's cache.
  const bytes = Buffer.concat([sayingEfiApplication("x"), randomBytes(8)]);
  await writeFile(join(project.folder, "program.efi"), bytes);
  return project;
}

/** How the key would look, whatever wrote it. */
const forms = [pair, small].flatMap(({ signingKey }) => {
  const base64 = signingKey.replace(/-----.*-----|\n/g, "");
  // Its end: the beginning holds what the certificate says too.
  const binary = Buffer.from(base64, "base64").toString("latin1").slice(-200);
  return [...signingKey.split("\n").filter((line) => line.length === 64), base64, binary];
});

async function findsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(file, "latin1");
    if (forms.some((form) => text.includes(form))) found.push(file);
  }
  return found;
}

test.each(["dynamic", "plugin"] as const)(
  "the key that signs is in no state, artefact, log or message, and nothing changes without a change: %s",
  async (face) => {
    const { up, preview, refresh, folder, checkoutElsewhere } = await start(face);
    const said = [...(await preview()).messages];
    const first = await up();
    expect(first.operations).toMatchObject({ signed: "create", esp: "create" });
    const second = await up();
    expect(new Set(Object.values(second.operations))).toEqual(new Set(["same"]));
    const refreshed = await refresh();
    expect(new Set(Object.values(refreshed.operations))).toEqual(new Set(["same"]));
    const other = await checkoutElsewhere({ env: { TEST_KEY: small.signingKey } });
    const failure = await other.failingUp();
    expect(failure).toContain("has 1024 bits");

    said.push(...[first, second, refreshed].flatMap(({ messages }) => messages), failure);
    const told = [...said, inClear(first.outputs)].join("\n");
    expect(forms.filter((form) => told.includes(form))).toEqual([]);
    // Of both checkouts, the state and the store.
    expect(await findsIn(join(folder, ".."))).toEqual([]);
    expect(inClear(first.outputs)).toMatch(/signing\W+certificate/);
  },
);
