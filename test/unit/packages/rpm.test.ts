import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageUrl } from "../../../provider/manifest/names.ts";
import { rpmPackages } from "../../../provider/packages/rpm.ts";
import { sqliteRows } from "../../../provider/packages/sqlite.ts";
import { rpmDatabase } from "./rpm-database.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "bootwright-test-"));
});
afterAll(() => rm(root, { recursive: true }));
let count = 0;

const database = (blobs?: readonly Uint8Array[], pageBytes?: number) =>
  rpmDatabase(join(root, String(count++)), blobs, pageBytes);

describe("a table of SQLite", () => {
  test.each([512, 1024, 4096, 65536])(
    "is read from pages of %d bytes, whatever its rows' sizes",
    async (pageBytes) => {
      const sizes = [0, 1, 100, 470, 477, 480, 500, 960, 4000, 4061, 4096, 9000, 70_000];
      const blobs = [...sizes, ...Array.from({ length: 900 }, (_, i) => i % 97)].map((size, i) =>
        Buffer.alloc(size, i % 251),
      );
      const rows = sqliteRows(await database(blobs, pageBytes), "Packages");
      expect(rows.map((row) => row.at(-1)!.length)).toEqual(blobs.map(({ length }) => length));
      expect(rows.every((row, i) => row.at(-1)!.equals(blobs[i]!))).toBe(true);
    },
  );

  test("that is not there, or a file that is no database, is refused", async () => {
    const bytes = await database([]);
    expect(sqliteRows(bytes, "Packages")).toEqual([]);
    expect(() => sqliteRows(bytes, "Nothing")).toThrow("damaged: it has no table Nothing");
    expect(() => sqliteRows(Buffer.from("SQLite format 3\0"), "Packages")).toThrow("damaged");
  });

  test("of a damaged database gives an error with a reason or rows, and ends", async () => {
    const whole = await database(
      Array.from({ length: 60 }, (_, i) => Buffer.alloc(i * 30, i)),
      512,
    );
    let state = 1;
    const next = (below: number) => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    for (let round = 0; round < 3000; round++) {
      const bytes = Buffer.from(whole.subarray(0, whole.length - 512 * next(4)));
      for (let i = 0; i <= next(4); i++) bytes[16 + next(bytes.length - 16)] = next(256);
      try {
        sqliteRows(bytes, "Packages");
      } catch (error) {
        expect(String(error)).toMatch(/^ContentError: The SQLite database is damaged: /);
      }
    }
  });
});

describe("rpm's database", () => {
  test("tells packages with epoch and source, and their files, as rpm -qa and rpm -qal did", async () => {
    const found = rpmPackages(await database());
    const noarch = { manager: "rpm", architecture: "noarch", sourceVersion: "1.2-3.el9" };
    const files = (name: string) =>
      ["", "/file", "/sub", "/sub/caf303251"].map((rest) => `/opt/${name}${rest}`);
    expect(found).toEqual([
      {
        package: { ...noarch, name: "two", version: "2:1.2-3.el9", sourceName: "two" },
        files: files("two"),
      },
      {
        package: { ...noarch, name: "one", version: "1.2-3.el9", sourceName: "one" },
        files: files("one"),
      },
    ]);
    const { package: two } = found[0]!;
    expect(packageUrl("rpm", "rocky", two)).toBe("pkg:rpm/rocky/two@1.2-3.el9?arch=noarch&epoch=2");
  });

  test("with a package that has no header is refused", async () => {
    for (const blob of [Buffer.alloc(4), Buffer.from([0, 0, 0, 9, 0, 0, 0, 0])]) {
      const bytes = await database([blob]);
      expect(() => rpmPackages(bytes)).toThrow("is damaged: a package has no header");
    }
  });
});
