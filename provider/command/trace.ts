import type { Command } from "commander";
import { InputError, StoreError } from "../errors.ts";
import { isOriginOf, readTrace } from "../manifest/trace.ts";
import { traceText } from "../manifest/trace-text.ts";
import type { Root } from "../store/gc.ts";
import { openStore } from "../store/local-store.ts";
import type { Store } from "../store/store.ts";
import { exitCodes } from "./fault.ts";
import { findRoots, onlyRoot, typeOf } from "./find-root.ts";
import { utf8Of } from "./print/names.ts";
import type { Run, Session } from "./session.ts";

interface Options {
  readonly json?: boolean;
  readonly rootfs?: string;
}

/** Adds `bootwright trace`. */
export function traceCommand(program: Command, run: Run): void {
  program
    .command("trace")
    .description("which line of the Dockerfile put a file into the machine, and what it hides")
    .argument("<path>", "a path of the machine, such as /etc/motd")
    .option("--rootfs <name>", "the Rootfs, where the store has several: name, stack/name or URN")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      `
Exit code 1: no layer has the path.

Examples:
  bootwright trace /etc/ssh/sshd_config
  bootwright trace /srv/index.html --rootfs prod/web-rootfs --json`,
    )
    .action((path: string, options: Options) => run((session) => trace(path, options, session)));
}

async function trace(path: string, { json, rootfs }: Options, session: Session): Promise<number> {
  const { terminal } = session;
  const store = await openStore();
  const isRootfs = ({ urn }: Root) => typeOf(urn) === "Rootfs";
  const all = (await findRoots(store, undefined)).filter(isRootfs);
  const named = (await findRoots(store, rootfs)).filter(isRootfs);
  const { objects, urn } = onlyRoot(named, rootfs ?? "--rootfs", all);
  const tree = objects.find(({ kind }) => kind === "tree");
  const origin = tree && (await originOf(tree.digest, objects, store));
  if (!tree || !origin)
    throw new InputError([
      {
        property: rootfs ?? "--rootfs",
        reason: `where the files of ${urn} come from is not written down in ${store.root}: pulumi up --replace its URN does that`,
      },
    ]);
  for (const { kind, digest } of [tree, origin])
    if ((await store.condition({ kind, digest })) !== "there")
      throw new StoreError(`The ${kind} ${digest} is not in ${store.root}`, {
        hint: "pulumi up --replace its resource makes it again",
      });
  const found = await readTrace(store, { tree: tree.digest, origin: origin.digest }, path);
  if (!found) {
    terminal.note(`No layer has ${path}`);
    return exitCodes.found;
  }
  terminal.print(
    json
      ? JSON.stringify({ ...found, path: `/${utf8Of(found.path)}` }, undefined, 2)
      : traceText(found),
  );
  return exitCodes.good;
}

/** The origin among what a Rootfs holds: its kernels are files as well. */
async function originOf(tree: string, objects: Root["objects"], store: Store) {
  for (const object of objects)
    if (object.kind === "file" && (await isOriginOf(store.path("file", object.digest), tree)))
      return object;
  return undefined;
}
