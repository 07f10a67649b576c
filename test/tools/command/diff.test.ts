import { execFileSync } from "node:child_process";
import { appendFile, chmod, cp, mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootwright } from "./bootwright.ts";
import { makeDisk, makeExt4, makeFat, makeFolder } from "./images.ts";

let home: string;
const at = (name: string) => join(home, name);
const diff = (...args: string[]) => bootwright(["diff", ...args], { store: at("store") });

const dpkg = (packages: Record<string, string>) =>
  Object.entries(packages)
    .map(
      ([name, version]) =>
        `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`,
    )
    .join("\n");

/** Two disks of one machine: in the second, packages, a content, a mode, a time and a link differ, and a file came and one went. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  const old = at("old");
  await makeFolder(old);
  await mkdir(join(old, "var/lib/dpkg"), { recursive: true });
  await writeFile(join(old, "var/lib/dpkg/status"), dpkg({ libc6: "2.36-9", tree: "2.1.0-1" }));
  await writeFile(join(old, "etc/gone"), "gone");
  execFileSync("cp", ["--archive", old, at("new")]);
  const file = (path: string) => join(at("new"), path);
  const large = await open(file("usr/large"), "r+");
  await large.write(Buffer.from("X"), 0, 1, 2_000_000);
  await large.close();
  execFileSync("touch", ["--reference", join(old, "usr/large"), file("usr/large")]);
  await chmod(file("boot"), 0o700);
  execFileSync("touch", ["--no-dereference", "--date=@1000000000", file("short")]);
  await rm(file("etc/gone"));
  await writeFile(file("etc/new"), "new\n");
  await writeFile(file("var/lib/dpkg/status"), dpkg({ libc6: "2.36-10", curl: "7.88.1" }));
  execFileSync("touch", ["--reference", join(old, "etc"), file("etc")]);
  await makeFat(at("esp.fat"));
  for (const name of ["old", "new"]) {
    await makeExt4(at(name), at(`${name}.ext4`));
    await makeDisk(at(`${name}.raw`), at("esp.fat"), at(`${name}.ext4`));
  }
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe("two versions of a machine", () => {
  test("differ by packages, by paths with what differs of them, and by chunks as cmp counts them", async () => {
    const { stdout, exitCode } = await diff(at("old.raw"), at("new.raw"), "--json");
    expect(exitCode).toBe(1);
    const { packages, filesystems, blocks } = JSON.parse(stdout);
    expect(packages).toEqual([
      { name: "curl", architecture: "amd64", after: "7.88.1" },
      { name: "libc6", architecture: "amd64", before: "2.36-9", after: "2.36-10" },
      { name: "tree", architecture: "amd64", before: "2.1.0-1" },
    ]);
    const [esp, root] = filesystems;
    expect(esp).toEqual({ name: 'partition 1 "esp"', files: [] });
    const changes = root.files.map((f: { path: string; change: string; attributes?: string[] }) => [
      f.path,
      f.change,
      ...(f.attributes ?? []),
    ]);
    expect(changes).toContainEqual(["/boot", "changed", "mode"]);
    expect(changes).toContainEqual(["/etc/gone", "removed"]);
    expect(changes).toContainEqual(["/etc/new", "added"]);
    expect(changes).toContainEqual(["/short", "changed", "mtime"]);
    // One file by two names.
    expect(changes).toContainEqual(["/usr/hard", "changed", "content"]);
    expect(changes).toContainEqual(["/usr/large", "changed", "content"]);
    expect(changes.map(([path]: string[]) => path)).not.toContain("/sparse");
    expect(changes.map(([path]: string[]) => path)).not.toContain("/etc");
    expect(blocks.differing).toBe(chunksByCmp());
  });

  test("are told as lists with a mark for each line, and a limit", async () => {
    const { stdout } = await diff(at("old.raw"), at("new.raw"), "--limit", "2");
    expect(stdout).toContain(
      "packages: 1 added, 1 removed, 1 changed\n  + curl 7.88.1\n  ~ libc6 2.36-9 → 2.36-10\n  and 1 more (--limit)\n",
    );
    expect(stdout).toMatch(/^files in partition 2 "root": 1 added, 1 removed, \d+ changed$/m);
    expect(stdout).toMatch(/^blocks: \d+ of 768 chunks of 64 KiB differ/m);
  });

  test("are the same when they are, with exit code 0", async () => {
    const { stdout, exitCode } = await diff(at("old.raw"), at("old.raw"));
    expect([stdout, exitCode]).toEqual(["the same\n", 0]);
  });

  test("that differ only by what is behind the filesystem differ by blocks alone", async () => {
    await cp(at("old.ext4"), at("longer.ext4"));
    await appendFile(at("longer.ext4"), Buffer.alloc(65536, 1));
    const { stdout, exitCode } = await diff(at("old.ext4"), at("longer.ext4"), "--json");
    const { filesystems, blocks } = JSON.parse(stdout);
    expect(filesystems).toEqual([{ name: "the whole", files: [] }]);
    expect(blocks.runs).toEqual([[512, 1]]);
    expect(exitCode).toBe(1);
  });
});

/** The chunks of 64 KiB in which the disks differ, by cmp. */
function chunksByCmp(): number {
  const listed = execFileSync(
    "sh",
    ["-c", 'cmp -l "$0" "$1" || true', at("old.raw"), at("new.raw")],
    {
      maxBuffer: 2 ** 28,
      encoding: "latin1",
    },
  );
  const lines = listed.split("\n").filter(Boolean);
  return new Set(lines.map((line) => Math.floor((Number.parseInt(line, 10) - 1) / 65536))).size;
}
