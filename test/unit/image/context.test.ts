import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { baseImages } from "../../../provider/image/base-images.ts";
import { contextEntries, hashContext } from "../../../provider/image/context.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(path: string, text = path): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function paths(dockerfile = join(folder, "Dockerfile")): Promise<string[]> {
  return (await contextEntries(folder, dockerfile)).map(({ path }) => path);
}

// What BuildKit sends for each of these was looked at with `COPY . /` and an output of type local.
describe("a build context", () => {
  test("has an ignored folder only for what a later rule brings back from it", async () => {
    await put("modules/deep/file");
    await put("modules/kept");
    await put(".dockerignore", "modules\n!modules/kept\n");
    expect(await paths()).toEqual([".dockerignore", "modules", "modules/kept"]);
    await put(".dockerignore", "modules\n");
    expect(await paths()).toEqual([".dockerignore"]);
  });

  test("has what a rule names by the end of its path, in every folder", async () => {
    for (const path of ["src/deep/x.txt", "src/y.md", "z.txt"]) await put(path);
    await put(".dockerignore", "*\n!**.txt\n");
    expect(await paths()).toEqual(["src", "src/deep", "src/deep/x.txt", "z.txt"]);
    await put(".dockerignore", "\ufeff/**.txt\r\n");
    expect(await paths()).toEqual([".dockerignore", "src", "src/deep", "src/y.md"]);
  });

  test("does not look into an ignored folder from which nothing is brought back", async () => {
    await put("secret/file");
    await put(".dockerignore", "secret");
    execFileSync("mkfifo", [join(folder, "secret", "pipe")]);
    await symlink("nowhere", join(folder, "link"));
    expect(await paths()).toEqual([".dockerignore", "link"]);
  });

  test("is told from one with other permission bits, the setuid bit among them", async () => {
    await put("tool");
    const seen = new Set<string>();
    for (const mode of [0o644, 0o755, 0o4755]) {
      await chmod(join(folder, "tool"), mode);
      seen.add(await hashContext(folder, join(folder, "Dockerfile")));
    }
    expect(seen.size).toBe(3);
  });

  test("is the same with a socket in it, which no builder takes", async () => {
    await put("file");
    const before = await hashContext(folder, join(folder, "Dockerfile"));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, "agent.sock"), resolve));
    expect(await hashContext(folder, join(folder, "Dockerfile"))).toBe(before);
    server.close();
  });

  test("follows the ignore file of its own Dockerfile before the common one", async () => {
    await put("a");
    await put("b");
    await put(".dockerignore", "a");
    await put("web.Dockerfile.dockerignore", "b\n*ignore");
    expect(await paths(join(folder, "web.Dockerfile"))).toEqual(["a"]);
  });
});

test("a folder that becomes a root filesystem is hashed whole, whatever ignore file lies in it", async () => {
  await put(".dockerignore", "etc");
  await put("etc/motd", "one");
  const before = await hashContext(folder);
  await put("etc/motd", "two");
  expect(await hashContext(folder)).not.toBe(before);
});

test("a name that is no UTF-8 is read like any other", async () => {
  const name = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff])]);
  await writeFile(name, "one");
  const before = await hashContext(folder);
  await writeFile(name, "two");
  expect(await hashContext(folder)).not.toBe(before);
});

test.each<[string, string, string[], Record<string, string>?]>([
  ["a name", "FROM debian:12", ["debian:12"]],
  ["a name by digest", "FROM debian@sha256:ab", ["debian@sha256:ab"]],
  ["flags before it", "FROM --platform=$BUILDPLATFORM debian:12 AS a", ["debian:12"]],
  ["another stage", "FROM a:1 AS Base\nFROM base\nFROM scratch", ["a:1"]],
  [
    "files of an image and of a stage",
    "FROM a\nCOPY --from=b /x /\nCOPY --from=0 /x /",
    ["a", "b"],
  ],
  ["a mounted image", "FROM a\nRUN --mount=type=bind,from=b,target=/b true", ["a", "b"]],
  ["two lines", "FROM \\\n  # why\n  a", ["a"]],
  ["a here-document", "FROM a\nRUN <<EOF cat\nFROM b\nEOF\nCOPY <<-'X' /y\n\tFROM c\n\tX\n", ["a"]],
  ["a comment", "# FROM b\nFROM a", ["a"]],
  [
    "an ARG with a default",
    `ARG V=12\nFROM debian:$V\nFROM debian:\${V}-slim`,
    ["debian:12", "debian:12-slim"],
  ],
  ["an ARG that is given", "ARG V=12\nFROM debian:$V", ["debian:13"], { V: "13" }],
  ["a variable of the builder", "FROM a:$TARGETARCH", []],
  ["carriage returns", "FROM a\r\nFROM b\r\n", ["a", "b"]],
  ["a shift to the left", "FROM a\nRUN echo $((1<<10))\nFROM b", ["a", "b"]],
  ["what looks like a here-document in quotes", 'FROM a\nRUN echo "x <<EOF"\nFROM b', ["a", "b"]],
  ["a here-string", "FROM a\nRUN cat <<<word\nFROM b", ["a", "b"]],
  ["a quote that does not end", "FROM a\nRUN true # don't <<EOF\nFROM b", ["a", "b"]],
  ["a here-document of another name", "FROM a\nRUN <<'E-1'\nFROM b\nE-1\nFROM c", ["a", "c"]],
  [
    "a here-document with its name behind a tab",
    "FROM a\nRUN <<EOF\n\tEOF\nFROM b\nEOF\nFROM c",
    ["a", "c"],
  ],
  [
    "a here-document to be used later",
    "FROM a\nONBUILD RUN <<EOF\nFROM b\nEOF\nFROM c",
    ["a", "c"],
  ],
  ["two here-documents", "FROM a\nCOPY <<1 <<-2 /d/\nFROM b\n1\nFROM c\n\t2\nFROM d", ["a", "d"]],
  ["an escape character that is escaped", "FROM a\nRUN echo \\\\\nFROM b", ["a", "b"]],
  ["another escape character", "# syntax=x\n# escape=`\nFROM `\n a\nRUN \\\nFROM b", ["a", "b"]],
  ["a comment on escaping", "FROM a\n# escape=`\nRUN \\\nFROM b", ["a"]],
  ["an end that goes on", "FROM a \\\n", ["a"]],
  ["a mark of its encoding", "\ufeffFROM a", ["a"]],
  ["an ARG that names another", `ARG V=12\nARG BASE=debian:\${V}\nFROM \${BASE}`, ["debian:12"]],
  ["two ARGs on a line", 'ARG NAME=debian V="12"\nFROM $NAME:$V', ["debian:12"]],
  ["a default where it is used", `ARG V\nFROM \${X:-debian}:\${V:-12}`, ["debian:12"]],
  ["another word where an ARG is set", `ARG V=1\nFROM debian\${V:+:12}\${X:+:13}`, ["debian:12"]],
  ["a default for what the builder sets", `FROM a:\${TARGETARCH:-amd64}`, []],
])("the base images of a Dockerfile with %s", (_title, text, expected, buildArgs) => {
  expect(baseImages(text, buildArgs)).toEqual(expected);
});
