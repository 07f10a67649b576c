import { createInterface } from "node:readline";
import { ContentError } from "../errors.ts";
import { despiteEngineFaults } from "../host/engine-fault.ts";
import { failedTool } from "../host/failure.ts";
import type { Context } from "../resource.ts";
import { follow, readFrom } from "../squashfs/streams.ts";
import {
  installedPackages,
  manifestText,
  type PackageDatabase,
  packageDatabases,
  withoutLiveOnly,
} from "./manifest.ts";
import type { IsoText } from "./plan.ts";

/** A squashfs in the store, and the folder of the medium whose papers are written. */
export interface LiveRoot {
  readonly file: string;
  readonly folder: string;
  readonly liveOnlyPackages: readonly string[];
}

const tool = { tool: "unsquashfs", package: "squashfs-tools" };
const blockBytes = 4096;
/** More than the database of any distribution's whole archive. */
const mostDatabaseBytes = 256 << 20;

/**
 * What installers read about the squashfs beside it: its size on a disk, and the packages in it. They are read from the squashfs, so that
 * they hold for what is on the medium; nothing of it is run. Without a package database there are no manifests; one of an older rpm is refused.
 */
export async function squashfsPapers(
  { file, folder, liveOnlyPackages }: LiveRoot,
  ctx: Pick<Context, "runner" | "signal">,
): Promise<IsoText[]> {
  const { sizeBytes, files } = await despiteEngineFaults(() => listing(file, ctx));
  const size = { path: `${folder}/filesystem.size`, text: String(sizeBytes) };
  const database = packageDatabases.find(({ path }) => files.has(path));
  if (!database) return [size];
  demandReadable(database, files);
  const bytes = await contentOf(file, database, files.get(database.path) ?? 0, ctx);
  const packages = installedPackages(database.manager, bytes);
  const manifest = `${folder}/filesystem.manifest`;
  const desktop = withoutLiveOnly(packages, liveOnlyPackages);
  return [
    size,
    { path: manifest, text: manifestText(packages) },
    { path: `${manifest}-desktop`, text: manifestText(desktop) },
  ];
}

function demandReadable(
  { manager, path }: PackageDatabase,
  files: ReadonlyMap<string, number>,
): void {
  if (manager !== "rpm") return;
  if (!path.endsWith(".sqlite"))
    throw new ContentError(
      `The squashfs has an older rpm's database (/${path}), of which no list of packages can be made`,
      {
        hint: "rpm reads it and writes rpmdb.sqlite: RUN rpm --rebuilddb --define '_db_backend sqlite'",
      },
    );
  if ((files.get(`${path}-wal`) ?? 0) > 0)
    throw new ContentError(
      `Changes of rpm's database lie beside it (/${path}-wal), where they are not read`,
      { hint: "RUN rpm --rebuilddb" },
    );
}

interface Listing {
  readonly sizeBytes: number;
  readonly files: ReadonlyMap<string, number>;
}

/** What `unsquashfs -pf -` says of each name before the contents, which are not waited for. */
async function listing(
  file: string,
  { runner, signal }: Pick<Context, "runner" | "signal">,
): Promise<Listing> {
  const step = { ...tool, args: ["-pf", "-", file], purpose: "to list the squashfs" };
  const running = await runner.start(step, { signal });
  running.stdin.end();
  const end = follow(running);
  const files = new Map<string, number>();
  let sizeBytes = 0;
  let complete = false;
  try {
    for await (const line of createInterface({ input: running.stdout.setEncoding("latin1") })) {
      complete = line === "# START OF DATA - DO NOT MODIFY";
      if (complete) break;
      const [, path = "", kind, size = "0"] = row.exec(line) ?? [];
      if (kind === "D") sizeBytes += blockBytes;
      if (kind !== "R") continue;
      sizeBytes += Math.ceil(Number(size) / blockBytes) * blockBytes;
      files.set(path, Number(size));
    }
  } finally {
    await running.stop();
  }
  signal.throwIfAborted();
  if (!complete) throw failedTool(step, await end, runner.kind);
  return { sizeBytes, files };
}

/** A directory, or a file with its size. Spaces of a name come after a backslash, so the first other one ends it, or the rest of one. */
const row = /^((?:\\.|[^\\ ])+) ([DR]) -?\d+ [0-7]+ -?\d+ -?\d+(?: (\d+) \d+ [01])?$/;

async function contentOf(
  file: string,
  { path }: PackageDatabase,
  sizeBytes: number,
  ctx: Pick<Context, "runner" | "signal">,
): Promise<Buffer> {
  if (sizeBytes > mostDatabaseBytes)
    throw new ContentError(
      `"/${path}" has ${sizeBytes} bytes, more than the ${mostDatabaseBytes} expected`,
    );
  const pieces: Buffer[] = [];
  const step = { ...tool, args: ["-cat", file, path], purpose: "to read the list of packages" };
  const collect = async (output: AsyncIterable<Buffer>) => {
    for await (const piece of output) pieces.push(piece);
  };
  await readFrom(step, collect, ctx);
  return Buffer.concat(pieces);
}
