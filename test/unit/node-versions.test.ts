import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

/** What Node has got since version 20.15, by module; a module that asks for one by name does not load there. */
const newer: Readonly<Record<string, RegExp>> = {
  fs: /^glob(Sync)?$/,
  "fs/promises": /^glob$/,
  module: /^(registerHooks|stripTypeScriptTypes|enableCompileCache|findPackageJSON)$/,
  sqlite: /./,
  util: /^(getCallSites|diff|setTraceSigInt)$/,
  zlib: /Zstd/,
};
const roots = ["provider", "sdk/nodejs"].map((folder) =>
  join(import.meta.dirname, "../..", folder),
);

test("what programs load asks Node for nothing by name that Node 20.15 does not have", async () => {
  const asked: string[] = [];
  for (const root of roots)
    for (const file of await readdir(root, { recursive: true })) {
      if (!file.endsWith(".ts")) continue;
      const text = await readFile(join(root, file), "utf8");
      for (const [, names = "", module = ""] of text.matchAll(
        /^import (?!type\b)\{([^}]*)\} from "node:([^"]*)"/gm,
      ))
        for (const name of names.split(",").map((part) => part.trim()))
          if (newer[module]?.test(name)) asked.push(`${file}: ${module} ${name}`);
    }
  expect(asked).toEqual([]);
});
