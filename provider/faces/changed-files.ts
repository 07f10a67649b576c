import { put } from "../lifecycle/operate.ts";
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

/** Creates or updates, and keeps what the files are that it was made from, for {@link sayFiles} of the next change. */
export async function make(
  resource: Resource,
  inputs: Values,
  ctx: Context,
  previous?: Values,
): Promise<Values> {
  const outputs = await put(resource, inputs, ctx, previous);
  await aboutFiles(() => resource.files?.note(inputs as never, ctx));
  return outputs;
}

/** A help to the reader must not cost anybody the resource: files may go while they are looked at. */
async function aboutFiles<T>(look: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await look();
  } catch {
    return undefined;
  }
}
