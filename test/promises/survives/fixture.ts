import { tinyFiles } from "../fixture.ts";
import { makeProject, type Project } from "../project.ts";

/**
 * Everything that a run can leave behind: a build, tools, an upload, and a machine that boots as far as its boot loader. Without `boots`
 * it is published unproven, and needs no turn among the machines that boot on this host.
 */
export function program({ boots }: { boots: boolean }): string {
  return `import { ConvertedImage, Machine } from "bootwright";
const connectionString = process.env.TEST_AZURE;
const container = process.env.TEST_CONTAINER ?? "images";
const web = new Machine("web", {
  source: { dockerfile: { context: "image" } },
  diskSizeMiB: 192,
  ${boots ? 'bootTest: { expect: { serial: ["SYSLINUX"] } },' : ""}
  ...(connectionString
    ? { azure: { connectionString, container, unproven: ${!boots} } }
    : {}),
});
const qcow2 = new ConvertedImage("qcow2", { image: web.disk.ref, format: "qcow2" });
export const tree = web.rootfs.ref.digest;
export const ext4 = web.filesystem.ref.digest;
export const disk = web.disk.ref.digest;
export const converted = qcow2.ref.digest;
export const path = web.disk.path;
export const qcow2Path = qcow2.path;
export const blobName = web.blob?.blobName ?? "";
`;
}

/** The image's files, in a folder that the stack's own settings are not in. */
export const imageFiles = Object.fromEntries(
  Object.entries(tinyFiles).map(([file, content]) => [`image/${file}`, content]),
);

/** A project of that program, with a file of some size, so that writing and sending it takes a moment. */
export function survivor(env: Record<string, string>, { boots = false } = {}): Promise<Project> {
  return makeProject(program({ boots }), { ...imageFiles, "image/site/data": noise(8 << 20) }, env);
}

/** Text of so many characters that does not compress to nothing; the same every time. */
function noise(length: number): string {
  const random = seededRandom(1);
  const pieces: string[] = [];
  for (let at = 0; at < length; at += 8) pieces.push(random().toString(36).slice(2, 10));
  return pieces.join("").slice(0, length);
}

/** Numbers from 0 to 1 that are a function of the seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
