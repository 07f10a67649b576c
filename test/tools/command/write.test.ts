import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdir,
  mkdtemp,
  open,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { bootwright } from "./bootwright.ts";
import { makeDisk, makeExt4, makeFat, makeFolder } from "./images.ts";

const MiB = 2 ** 20;
const program = join(import.meta.dirname, "..", "..", "..", "bin", "bootwright");
let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "bootwright-test-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);

const write = (args: string[], input = "") =>
  bootwright(["write", ...args], { store: at("store"), input });

/** An image of 14 MiB that is mostly holes, longer than what is read at once, and a target full of old bytes. */
async function images(targetBytes = 16 * MiB) {
  await writeFile(at("image.raw"), "beginning");
  await truncate(at("image.raw"), 13 * MiB);
  await writeFile(at("image.raw"), Buffer.from("end"), { flag: "a" });
  await truncate(at("image.raw"), 14 * MiB);
  await writeFile(at("target"), Buffer.alloc(targetBytes, 0xff));
}

/** Begins to write to the file, up to the question. */
function begin() {
  const child = spawn(program, ["write", at("image.raw"), at("target"), "--to-file"], {
    env: { ...process.env, BOOTWRIGHT_STORE: at("store") },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise((resolve) => child.once("close", resolve));
  return { child, ended, asked: once(child.stderr, "data") };
}

describe("writing to a file as to a stick", () => {
  test("puts every byte there, its holes as zeros, and leaves the rest but for the last MiB", async () => {
    await images();
    const { stdout, exitCode } = await write(
      [at("image.raw"), at("target"), "--to-file"],
      "target\n",
    );
    expect(stdout).toContain("14680064 bytes are the same");
    expect(exitCode).toBe(0);
    const [image, target] = [await readFile(at("image.raw")), await readFile(at("target"))];
    expect(target.length).toBe(16 * MiB);
    expect(target.subarray(0, image.length).equals(image)).toBe(true);
    const tail = 15 * MiB;
    expect(target.subarray(image.length, tail).every((byte) => byte === 0xff)).toBe(true);
    expect(target.subarray(tail).every((byte) => byte === 0)).toBe(true);
  });

  test("asks for the name, and writes nothing when another is typed, or none", async () => {
    await images();
    const before = await readFile(at("target"));
    for (const typed of ["yes\n", "", "targe"]) {
      const { stderr, exitCode } = await write([at("image.raw"), at("target"), "--to-file"], typed);
      expect(stderr).toContain("Type target to go on: ");
      expect(stderr).toContain("Nothing was written: target was not typed");
      expect(exitCode).toBe(2);
    }
    expect((await readFile(at("target"))).equals(before)).toBe(true);
  });

  test("shows what will be lost, and with --dry-run does no more", async () => {
    await makeFolder(at("folder"));
    await makeExt4(at("folder"), at("root.ext4"));
    await makeFat(at("esp.fat"));
    await makeDisk(at("target"), at("esp.fat"), at("root.ext4"));
    await writeFile(at("image.raw"), "image");
    const before = await stat(at("target"));
    const { stdout, exitCode } = await write([
      at("image.raw"),
      at("target"),
      "--to-file",
      "--dry-run",
    ]);
    expect(stdout).toContain('  partition 1 "esp", 8.00 MiB: fat12 "ESP", 8.00 KiB used\n');
    expect(stdout).toMatch(/ {2}partition 2 "root", 32\.0 MiB: ext4 "root", 1\d\.\d MiB used\n/);
    expect(stdout).toContain("Nothing was written: --dry-run");
    expect(exitCode).toBe(0);
    expect((await stat(at("target"))).mtimeMs).toBe(before.mtimeMs);
  });

  test("refuses an image that is larger than the target before it asks", async () => {
    await images(14 * MiB - 1);
    const { stderr, exitCode } = await write(
      [at("image.raw"), at("target"), "--to-file"],
      "target\n",
    );
    expect(stderr).toContain("has 14680064 bytes (14.0 MiB) but ");
    expect(stderr).not.toContain("Type target");
    expect(exitCode).toBe(2);
  });

  test("is never done by accident: a file needs --to-file", async () => {
    await images();
    const { stderr, exitCode } = await write([at("image.raw"), at("target"), "--yes"]);
    expect(stderr).toContain("is a file and no disk; --to-file writes to it all the same");
    expect(exitCode).toBe(2);
  });

  test("writes over what is damaged there", async () => {
    await makeFat(at("esp.fat"));
    await writeFile(at("target"), (await readFile(at("esp.fat"))).subarray(0, 4096));
    await writeFile(at("image.raw"), "image");
    const { stdout, exitCode } = await write([at("image.raw"), at("target"), "--to-file", "--yes"]);
    expect(stdout).toMatch(/all of it, 8\.00 MiB: fat\d\d "ESP"$/m);
    expect(stdout).toContain("5 bytes are the same");
    expect(exitCode).toBe(0);
  });

  test("follows a symbolic link, and refuses the image itself and a file of the store", async () => {
    await images();
    await symlink(at("target"), at("link"));
    const typed = await write([at("image.raw"), at("link"), "--to-file"], "target\n");
    expect(typed.stdout).toContain(`to the file ${at("target")}, 16.0 MiB`);
    expect(typed.exitCode).toBe(0);
    await mkdir(at("store/objects"), { recursive: true });
    await writeFile(at("store/objects/one"), Buffer.alloc(15 * MiB));
    for (const [target, reason] of [
      ["image.raw", "is the image itself"],
      ["store/objects/one", "is a file of the store"],
    ] as const) {
      const { stderr, exitCode } = await write([
        at("image.raw"),
        at(target),
        ...["--to-file", "--yes"],
      ]);
      expect(stderr).toContain(`${at(target)}: ${reason}`);
      expect(exitCode).toBe(2);
    }
  });

  test("is stopped by Ctrl-C where it asks, and goes on to its end where nobody reads what it says", async () => {
    await images();
    const before = await readFile(at("target"));
    const asking = begin();
    await asking.asked;
    asking.child.kill("SIGINT");
    expect(await asking.ended).toBe(130);
    expect((await readFile(at("target"))).equals(before)).toBe(true);

    const unread = begin();
    unread.child.stdout.destroy();
    await unread.asked;
    unread.child.stdin.write("target\n");
    expect(await unread.ended).toBe(0);
    const [image, target] = [await readFile(at("image.raw")), await readFile(at("target"))];
    expect(target.subarray(0, image.length).equals(image)).toBe(true);
  });

  test("says that half of it is there when Ctrl-C ends it", async () => {
    await images(400 * MiB);
    await truncate(at("image.raw"), 400 * MiB);
    const child = spawn(program, ["write", at("image.raw"), at("target"), "--to-file", "--yes"], {
      env: { ...process.env, BOOTWRIGHT_STORE: at("store") },
    });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const target = await open(at("target"), "r");
    // The old beginning goes first.
    const first = Buffer.alloc(1, 0xff);
    while (first[0] === 0xff && child.exitCode === null) {
      await target.read(first, 0, 1, 0);
      await delay(5);
    }
    child.kill("SIGINT");
    const exitCode = await ended;
    await target.close();
    expect(said).toContain("holds half of the image, and starts nothing");
    expect(exitCode).toBe(130);
    const left = await readFile(at("target"));
    expect(left.subarray(0, 4 * MiB).every((byte) => byte === 0)).toBe(true);
    expect(left.subarray(4 * MiB).includes(0xff)).toBe(true);
  });
});

test("without a device the removable disks are listed, or that there is none", async () => {
  const { stdout, exitCode } = await write(["any.iso"]);
  expect(stdout).toMatch(/^(There is no removable disk|device +size +model)/);
  expect(exitCode).toBe(0);
});
