import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError, StoreError } from "../../errors.ts";
import { artefactKinds } from "../../plan/ref.ts";
import { storedObjects } from "../../store/gc.ts";
import type { ObjectName, Store } from "../../store/store.ts";

/** What an argument names: an artefact of the store, or a file of the user's. */
export type Found =
  | { readonly object: ObjectName; readonly path: string }
  | { readonly object?: undefined; readonly path: string };

const fewestDigits = 6;
const pattern = new RegExp(
  `^(?:(${artefactKinds.join("|")}):)?(?:sha256:)?([0-9a-f]{${fewestDigits},64})$`,
);

/** What the `<image>` argument may be, for help. */
export const imageHelp = `An image is a path, the digest of an artefact (sha256:…, or the first 6 digits or more, as store ls shows them; with
disk: or tree: before it where several kinds share them), or a ref as JSON (pulumi stack output).`;

/** Finds what an argument names: a path comes first, then a ref, then a digest. */
export async function findImage(argument: string, store: Store): Promise<Found> {
  const path = resolve(argument);
  const file = await stat(path).catch(() => undefined);
  if (file?.isDirectory())
    throw refuse(argument, "is a folder; name a disk, an ISO or an artefact");
  // A pipe has no size and may wait for ever, and of a device stat(2) says 0 bytes.
  if (file && !file.isFile())
    throw refuse(argument, "is no regular file; copy what it gives into one");
  if (file) return (await objectAt(path, store)) ?? { path };
  const object = argument.trim().startsWith("{")
    ? parseRef(argument)
    : await search(argument, store);
  switch (await store.condition(object)) {
    case "there":
      return { object, path: store.path(object.kind, object.digest) };
    case "damaged":
      throw new StoreError(`The ${object.kind} ${object.digest} is damaged`, {
        hint: "pulumi refresh and pulumi up make it again",
      });
    case "missing":
      throw new StoreError(`The ${object.kind} ${object.digest} is not in ${store.root}`, {
        hint: "pulumi up --replace its resource makes it again; is BOOTWRIGHT_STORE the project's?",
      });
  }
}

/** The path of a disk, as a stack's output has it, names the artefact too. */
async function objectAt(path: string, store: Store): Promise<Found | undefined> {
  const kind = artefactKinds.find((name) => path.startsWith(`${store.root}/objects/${name}/`));
  const digest = `sha256:${path.replaceAll("/", "").slice(-64)}`;
  if (!kind || !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
  return { object: { kind, digest }, path };
}

function parseRef(text: string): ObjectName {
  try {
    const { kind, digest } = JSON.parse(text) as Partial<ObjectName>;
    if (artefactKinds.some((known) => known === kind) && /^sha256:[0-9a-f]{64}$/.test(digest ?? ""))
      return { kind: kind!, digest: digest! };
  } catch {
    // Said below.
  }
  throw refuse(text, "is no ref: it has a kind and a digest, as `ref` of a resource has");
}

async function search(argument: string, store: Store): Promise<ObjectName> {
  const [, kind, digits] = pattern.exec(argument) ?? [];
  if (!digits) throw refuse(argument, "is no file, and no digest of at least 6 hex digits");
  const found = (await storedObjects(store)).filter(
    (object) => (!kind || object.kind === kind) && object.digest.startsWith(`sha256:${digits}`),
  );
  const [first, ...others] = found;
  if (!first)
    throw refuse(argument, `no artefact of ${store.root} has this digest (bootwright store ls)`);
  if (others.length > 0) {
    const names = found.map((object) => `${object.kind}:${object.digest.slice(7, 23)}`);
    throw refuse(argument, `names ${found.length} artefacts: ${names.slice(0, 5).join(", ")}`);
  }
  return { kind: first.kind, digest: first.digest };
}

function refuse(argument: string, reason: string): InputError {
  return new InputError([{ property: argument.slice(0, 80), reason }]);
}
