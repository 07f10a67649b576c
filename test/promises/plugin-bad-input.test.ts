import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFaceProject } from "./plugin-project.ts";
import type { Project } from "./project.ts";
import { errorsOf } from "./survives/diagnostics.ts";

const files = {
  "fails/Dockerfile": "FROM busybox\nRUN echo said; false\n",
  "plain/Dockerfile": "FROM busybox\nRUN echo plain > /etc/motd\n",
};
const faces = ["dynamic", "plugin"] as const;
const projects: Project[] = [];

beforeAll(async () => {
  for (const face of faces) projects.push(await makeFaceProject(face, "", files));
});
afterAll(async () => {
  for (const project of projects) await project.dispose();
});

/** What a user is told of mistakes, whatever the type tokens of a face are. */
function told(output: string): string[] {
  const lines = Object.values(errorsOf(output)).flatMap((text) => text.split("\n"));
  return lines.map((line) =>
    line
      .replace(/(pulumi-nodejs:dynamic\/bootwright:|bootwright:index:)/g, "")
      .replace(/^[\d.]+ said$/, "said"),
  );
}

const source = '{ dockerfile: { context: "plain" } }';
test.each([
  [
    "several at once",
    `new PartitionLayout("layout", { seed: "s", table: "apm", roundToMB: 1000,
      partitions: [{ name: "boot", sizeMiB: 64 }, { name: "", filesystem: "fat12", sizeMiB: -1 }] });`,
    ["roundToMB", "table", "partitions[1].name", "partitions[1].sizeMiB"],
  ],
  [
    "a folder that is not there",
    'new Rootfs("web", { source: { dockerfile: { context: "nowhere" } } });',
    ["source.dockerfile.context"],
  ],
  [
    "a step that fails",
    'new Rootfs("web", { source: { dockerfile: { context: "fails" } } });',
    ["The image does not build"],
  ],
  [
    "an image without a kernel",
    `const web = new Rootfs("web", { source: ${source} }); new Kernel("kernel", { kernels: web.kernels });`,
    ["the image has no kernel in /boot"],
  ],
])("both faces say the same of %s", async (_, program, mentioned) => {
  const seen: string[][] = [];
  for (const project of projects) {
    await project.write(
      "index.ts",
      `import { Kernel, PartitionLayout, Rootfs } from "./face.ts";\n${program}`,
    );
    seen.push(told((await project.failingUp()).replaceAll(project.folder, "PROJECT")));
  }
  for (const text of mentioned) expect(seen[0]?.join("\n")).toContain(text);
  expect(seen[1]).toEqual(seen[0]);
});
