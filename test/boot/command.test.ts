import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bootSectorDisk } from "../../provider/host/kvm.ts";
import { testContext } from "../context.ts";
import { bootwright } from "../tools/command/bootwright.ts";
import { containersOf } from "../tools/host/containers.ts";
import { commitDisk, sayingBootSector } from "./boot-sector.ts";

const program = join(import.meta.dirname, "..", "..", "bin", "bootwright");

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

/**
 * A boot sector that says R on the first serial port and then what it hears there:
 * xor ax,ax; mov ds,ax; mov al,'R'; mov dx,3f8h; out dx,al; next: mov dx,3fdh; in al,dx; test al,1; jz next; mov dx,3f8h; in al,dx; out dx,al; jmp next
 */
const echo = bootSectorDisk(
  Buffer.from("31c08ed8b052baf803eebafd03eca80174f8baf803eceeebf1", "hex"),
);

/** The command as it runs, with what it has said so far. */
function start(...args: string[]) {
  const child = spawn(program, ["boot", ...args, "--memory-mib", "32"], {
    env: { ...process.env, BOOTWRIGHT_STORE: ctx.store.root },
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, ended, says: (text: string) => says(child, text) };
}

/** Resolves with everything said once the machine has said a text: the command's own notes have a random path in them. */
function says(child: ChildProcess, text: string): Promise<string> {
  let [noted, heard] = ["", ""];
  return new Promise((resolve, reject) => {
    child.stderr!.on("data", (chunk: Buffer) => {
      noted += chunk.toString("latin1");
    });
    child.stdout!.on("data", (chunk: Buffer) => {
      heard += chunk.toString("latin1");
      if (heard.includes(text)) resolve(noted + heard);
    });
    child.once("close", () => reject(new Error(`no "${text}" in: ${noted}${heard}`)));
  });
}

test("the machine hears what is typed, Ctrl-A x ends it, and nothing is left running", async () => {
  const disk = join(ctx.cwd, "disk.raw");
  await writeFile(disk, echo);
  const { child, ended, says: hears } = start(disk);
  const told = await hears("R");
  expect(told).toContain("Ctrl-A x ends the machine");
  child.stdin.write("hello\x03\x01\x01");
  await hears("hello\x03\x01");
  child.stdin.write("\x01x");
  expect(await ended).toBe(0);
  expect(await containersOf(ctx.store.root)).toEqual([]);
  expect(await readdir(join(ctx.store.root, "stages"))).toEqual([]);
});

test("what a machine writes to its disk is thrown away", async () => {
  const image = await commitDisk(ctx.store, sayingBootSector("hello\r\n", { dirties: true }));
  const { child, ended, says: hears } = start(image.digest);
  await hears("hello");
  child.stdin.write("\x01x");
  expect(await ended).toBe(0);
  const bytes = await readFile(ctx.store.path("disk", image.digest));
  expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(image.digest);
  expect(await ctx.store.condition(image)).toBe("there");
});

test("--graphic serves the screen on the socket that it names", async () => {
  const disk = join(ctx.cwd, "disk.raw");
  await writeFile(disk, echo);
  const { child, ended, says: hears } = start(disk, "--graphic");
  const socket = /vncviewer (.*)/.exec(await hears("R"))![1]!;
  const greeting = await new Promise<string>((resolve, reject) => {
    connect(socket)
      .once("data", (data) => resolve(data.toString()))
      .once("error", reject);
  });
  // RFC 6143 §7.1.1
  expect(greeting).toMatch(/^RFB 003\./);
  child.stdin.write("\x01x");
  expect(await ended).toBe(0);
});

test("SIGINT ends the machine, with 130", async () => {
  const disk = join(ctx.cwd, "disk.raw");
  await writeFile(disk, echo);
  const { child, ended, says: hears } = start(disk);
  await hears("R");
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(await containersOf(ctx.store.root)).toEqual([]);
});

test("what cannot be started is refused with what can", async () => {
  const digest = await ctx.store.putBytes(Buffer.from("1f8b08", "hex"));
  const store = ctx.store.root;
  expect((await bootwright(["boot", digest], { store })).stderr).toContain("gzip -d unpacks it");
  const { exitCode, stderr } = await bootwright(["boot", digest, "--firmware", "coreboot"], {
    store,
  });
  expect([exitCode, stderr]).toEqual([
    2,
    expect.stringContaining("Allowed choices are bios, uefi"),
  ]);
});
