import { hasUnknown } from "../lifecycle/wire.ts";
import type { Context, Resource } from "../resource.ts";

type Values = Record<string, unknown>;

/** Names the files behind a change of inputs; in a preview that is what a reader looks for. */
export async function sayFiles(
  resource: Resource,
  olds: Values,
  news: Values,
  ctx: Context,
): Promise<void> {
  if (hasUnknown(news)) return;
  const text = await aboutFiles(() => resource.files?.changes(olds as never, news as never, ctx));
  if (text) ctx.log.info(text);
}

/** Keeps what the files are that a resource was made from, for {@link sayFiles} of the next change. */
export async function noteFiles(resource: Resource, inputs: Values, ctx: Context): Promise<void> {
  await aboutFiles(() => resource.files?.note(inputs as never, ctx));
}

/** A help to the reader must not cost anybody the resource: files may go while they are looked at. */
async function aboutFiles<T>(look: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await look();
  } catch {
    return undefined;
  }
}
