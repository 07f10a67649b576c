import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { walk } from "../tools/ext4/debugfs.ts";
import { type WatchedDocker, watchDocker } from "./docker-client.ts";
import { type Everything, makeElsewhere } from "./elsewhere.ts";
import { diskProgram, tinyFiles } from "./fixture.ts";
import { makeProject, type Project, type Run } from "./project.ts";

// Every machine builds the image anew: a shared cache of the builder would prove nothing.
let docker: WatchedDocker;

beforeAll(async () => {
  docker = await watchDocker("without-cache");
});
afterAll(() => docker?.dispose());

describe("two folders, stores, stacks and times of the files", () => {
  interface Made extends Run {
    readonly project: Project;
  }
  const made: Made[] = [];

  async function make(stack: string, touched: string): Promise<void> {
    const env = { BOOTWRIGHT_DOCKER: docker.path };
    const project = await makeProject(diskProgram, tinyFiles, env, stack);
    for (const file of Object.keys(tinyFiles))
      await utimes(join(project.folder, file), new Date(touched), new Date(touched));
    made.push({ ...(await project.up()), project });
  }

  beforeAll(async () => {
    await make("dev", "2025-02-03");
    await make("prod", "2026-02-28");
  });
  afterAll(async () => {
    for (const { project } of made) await project.dispose();
  });

  test.each(["tree", "ext4", "diskDigest"])("give a machine the same %s", (name) => {
    const [dev, prod] = made.map(({ outputs }) => outputs[name]);
    expect(dev).toMatch(/^sha256:/);
    expect(prod).toBe(dev);
  });

  test("give raw disks that are the same to the byte", async () => {
    const [dev, prod] = made.map(({ outputs }) => String(outputs.path));
    expect(dev).not.toBe(prod);
    await execa("cmp", [dev!, prod!]);
  });
});

describe("another user, clock, locale, folder and store", () => {
  let here: Everything;
  let there: Everything;
  let onHost: Everything;

  beforeAll(async () => {
    const utc = { TZ: "UTC", LC_ALL: "C" };
    here = await makeElsewhere({ name: "a", uid: 0, clockDays: 0, env: utc });
    const turkish = { TZ: "Asia/Tokyo", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" };
    there = await makeElsewhere({
      name: "a longer path",
      uid: 4242,
      clockDays: 1234,
      env: turkish,
    });
    const german = { TZ: "America/Lima", LC_ALL: "de_DE.UTF-8", BOOTWRIGHT_RUNNER: "host" };
    onHost = await makeElsewhere({ name: "host", uid: 777, clockDays: 400, env: german });
  });
  afterAll(async () => {
    for (const made of [here, there, onHost]) await made?.dispose();
  });

  /** What sha256sum says of the same file of two makers. */
  async function expectSame(one: string | undefined, other: string | undefined): Promise<void> {
    expect(one).not.toBe(other);
    const { stdout } = await execa("sha256sum", [one!, other!]);
    const [first, second] = stdout.split("\n").map((line) => line.replace(/^\\/, "").split(" ")[0]);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toBe(first);
  }

  /** The partition of a raw disk as a file of its own. */
  async function filesystemOf({ machine, partition }: Everything): Promise<string> {
    const file = `${machine.vhd!}.ext4`;
    const { offsetBytes, sizeBytes } = partition;
    const cut = ["bs=1M", `skip=${offsetBytes / 2 ** 20}`, `count=${sizeBytes / 2 ** 20}`];
    await execa("dd", [`if=${machine.raw}`, `of=${file}`, ...cut, "conv=sparse"]);
    return file;
  }

  test("were really others, in this process and in every step", () => {
    const days = [here, there, onHost].map(
      ({ clock }) => Math.round((clock - Date.now()) / 864e5) || 0,
    );
    expect(days).toEqual([0, 1234, 400]);
    expect([here, there, onHost].map(({ uid }) => uid)).toEqual([0, 4242, 777]);
    expect([here, there, onHost].map(({ zone }) => zone)).toEqual([0, -540, 300]);
    expect([here, there, onHost].map(({ decimal }) => decimal)).toEqual(["1.5", "1,5", "1,5"]);
    for (const [made, day] of [
      [here, 0],
      [there, 1234],
      [onHost, 400],
    ] as const) {
      // Two disks in five formats of qemu-img's with its checks, three compressors, and SYSLINUX.
      expect(made.stepDays.length).toBeGreaterThan(20);
      expect(new Set(made.stepDays)).toEqual(new Set([day]));
    }
  });

  test("give the same tree", () => {
    expect(here.tree).toMatch(/^sha256:/);
    expect([there.tree, onHost.tree]).toEqual([here.tree, here.tree]);
  });

  test("give the same filesystems", async () => {
    expect(there.ext4).toEqual(here.ext4);
    expect(onHost.ext4[1]).toBe(here.ext4[1]);
    await expectSame(await filesystemOf(here), await filesystemOf(there));
  });

  const formats = ["raw", "vhd", "qcow2", "vdi", "vhdx", "vmdk", "gce", "ova"];
  test.each(formats)("give a machine the same %s", async (format) => {
    await expectSame(here.machine[format], there.machine[format]);
  });

  test.each(formats)("and the runner give a disk of data the same %s", async (format) => {
    await expectSame(here.data[format], onHost.data[format]);
  });

  test.each(["none", "gzip", "xz", "zstd"])(
    "give the same initramfs, compressed by %s",
    async (compression) => {
      await expectSame(here.initramfs[compression], there.initramfs[compression]);
    },
  );

  test("give the same FAT disk with SYSLINUX, a kernel and an initramfs", async () => {
    await expectSame(here.fat, there.fat);
  });

  test("and the runner give the same initramfs, before a compressor of another version", async () => {
    await expectSame(here.initramfs.none, onHost.initramfs.none);
  });

  test("and the runner give a machine the same files, but for SYSLINUX's own where its packages differ", async () => {
    const [inContainer, byHost] = await Promise.all([filesystemOf(here), filesystemOf(onHost)]);
    const list = async (image: string) =>
      walk(image, (await execa("mktemp", ["-d", `${image}.XXXXXX`])).stdout);
    const [one, other] = [await list(inContainer), await list(byHost)];
    expect([...other.keys()].sort()).toEqual([...one.keys()].sort());
    const different = [...one].filter(([path, facts]) => {
      const { inode: _, sectors: _1, ...mine } = facts;
      const { inode: _2, sectors: _3, ...its } = other.get(path)!;
      return JSON.stringify(mine) !== JSON.stringify(its);
    });
    const mayDiffer =
      here.syslinux === onHost.syslinux ? /^no path$/ : /^boot\/(extlinux\/)?[a-z]+\.(sys|c32)$/;
    expect(here.syslinux).toContain("syslinux-common");
    for (const [path] of different) expect(path).toMatch(mayDiffer);
  });
});
