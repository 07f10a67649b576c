import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { missingTools } from "../../../provider/command/doctor/runner.ts";
import { checkNode } from "../../../provider/command/doctor/system.ts";
import { faultText } from "../../../provider/command/fault.ts";
import { counted, inAge, inBytes } from "../../../provider/command/print/amounts.ts";
import { formatTable } from "../../../provider/command/print/table.ts";
import { openTerminal } from "../../../provider/command/print/terminal.ts";
import { shortUrn } from "../../../provider/command/store/roots.ts";

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.50 KiB"],
  [20 * 2 ** 20, "20.0 MiB"],
  [2 ** 30, "1.00 GiB"],
  [5000 * 2 ** 40, "5000 TiB"],
])("%d bytes are %s", (bytes, words) => expect(inBytes(bytes)).toBe(words));

test.each([
  [10_000, "now"],
  [120_000, "2 min"],
  [47 * 3_600_000, "47 h"],
  [49 * 3_600_000, "2 d"],
])("%d ms ago is %s", (age, words) => expect(inAge(age)).toBe(words));

test("counts take the right word and group their digits", () => {
  expect(counted(1, "file")).toBe("1 file");
  expect(counted(19175, "entry", "entries")).toBe("19,175 entries");
});

test("columns are as wide as their widest cell, and lines end where their text does", () => {
  const columns = [{ title: "name" }, { title: "size", right: true }, { title: "note" }];
  expect(
    formatTable(columns, [
      ["a", "10", ""],
      ["long name", "2", "x"],
    ]),
  ).toBe(["name       size  note", "a            10", "long name     2  x"].join("\n"));
});

test.each([
  ["18.2.0", "missing"],
  ["20.11.0", "good"],
  ["24.1.0", "good"],
])("Node %s is %s", (version, state) => expect(checkNode(version).state).toBe(state));

test("a tool is missing where no folder of PATH has it as a program", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  try {
    await writeFile(join(folder, "is-a-program"), "", { mode: 0o755 });
    await writeFile(join(folder, "is-a-text"), "", { mode: 0o644 });
    const tools = ["is-a-program", "is-a-text", "is-not-there"];
    expect(await missingTools(tools, folder)).toEqual(["is-a-text", "is-not-there"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a URN is shown as stack and name, whatever stands in the name", () => {
  expect(shortUrn("urn:pulumi:dev::p::bootwright:Rootfs::a::b")).toBe("dev/a::b");
  expect(shortUrn("something else")).toBe("something else");
});

test("nothing that is said moves a cursor or turns a line, and JSON keeps its values", () => {
  const said: string[] = [];
  const stream = { write: (text: string) => said.push(text) } as unknown as NodeJS.WriteStream;
  const { print, note, fail } = openTerminal(stream, stream);
  const hostile = "a\u001b[2J\u009b31m\u202eb\r";
  note(`one\n${hostile}`);
  fail(hostile);
  print(JSON.stringify([hostile]));
  const shown = "a\\u001b[2J\\u009b31m\\u202eb\\u000d";
  expect(said.slice(0, 2)).toEqual([`one\n${shown}\n`, `bootwright: ${shown}\n`]);
  expect(said[2]).toMatch(/^[ -~]*\n$/);
  expect(JSON.parse(said[2]!)).toEqual([hostile]);
});

test("a file that is not there is told by its path, without a stack", () => {
  const error = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT", path: "x.raw" });
  expect(faultText(error)).toEqual({
    text: "x.raw: there is no such file (ENOENT)",
    exitCode: 2,
  });
});
