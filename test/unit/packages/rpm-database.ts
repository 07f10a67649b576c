import { readFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { rpmHeaders } from "./rpm-headers.ts";

/** The bytes of a database as SQLite itself writes it to a path, with a table as rpm has it; of the packages of rpm-headers.ts. */
export async function rpmDatabase(
  path: string,
  headers: readonly Uint8Array[] = rpmHeaders,
  pageBytes = 4096,
): Promise<Buffer> {
  const file = new DatabaseSync(path);
  file.exec(`PRAGMA page_size = ${pageBytes}; CREATE TABLE Other (x);
    CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL);
    INSERT INTO Other VALUES (x'00')`);
  const insert = file.prepare("INSERT INTO Packages (blob) VALUES (?)");
  file.exec("BEGIN");
  for (const header of headers) insert.run(header);
  file.exec("COMMIT");
  file.close();
  return readFile(path);
}
