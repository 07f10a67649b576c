import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type SyslinuxName, syslinuxFiles } from "../../provider/boot/syslinux.ts";
import { dockerClient } from "../../provider/host/docker.ts";
import { openToolbox } from "../../provider/host/toolbox.ts";
import { testContext } from "../context.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const names: readonly SyslinuxName[] = [
  ...(["ldlinux.sys", "boot sector", "mbr.bin", "gptmbr.bin"] as const),
  ...(["ldlinux.c32", "menu.c32", "libcom32.c32", "libutil.c32"] as const),
];

/** Everything that is taken, and which tools ran for it. */
async function take() {
  const ran: string[] = [];
  const run: typeof ctx.runner.run = (step, options) => {
    ran.push(step.tool);
    return ctx.runner.run(step, options);
  };
  const files = await syslinuxFiles({ ...ctx, runner: { ...ctx.runner, run } });
  return { ran: ran.sort(), files: names.map((name) => files(name)) };
}

async function record(): Promise<string> {
  const tools = join(ctx.store.root, "tools");
  const found = (await readdir(tools)).filter((name) => name.startsWith("syslinux-"));
  expect(found).toHaveLength(1);
  return join(tools, found[0] ?? "");
}

test("SYSLINUX's files are those of the toolbox's package, and are taken once for a store", async () => {
  const first = await take();
  expect(first.ran).toEqual(["cp", "syslinux"]);
  const second = await take();
  expect(second).toEqual({ ran: [], files: first.files });
  const { tag } = await openToolbox();
  const folder = "/usr/lib/syslinux";
  const paths = [`${folder}/mbr/mbr.bin`, `${folder}/modules/bios/libutil.c32`];
  const { stdout } = await execa(
    dockerClient(),
    ["run", "--rm", "--network", "none", tag, "cat", ...paths],
    { encoding: "buffer" },
  );
  const [mbr = Buffer.alloc(0), libutil = Buffer.alloc(0)] = [first.files[2], first.files[7]];
  expect(Buffer.concat([mbr, libutil]).equals(stdout)).toBe(true);
});

test.each([
  ["with other bytes", (text: string) => text.replace(/"mbr.bin":".{8}/, '"mbr.bin":"AAAAAAAA')],
  ["cut off", (text: string) => text.slice(0, -100)],
])("a record %s is not believed: the files are taken again", async (_, change) => {
  const first = await take();
  const file = await record();
  const text = await readFile(file, "utf8");
  expect(change(text)).not.toBe(text);
  await writeFile(file, change(text));
  expect(await take()).toEqual(first);
  expect(await readFile(file, "utf8")).toBe(text);
});
