import { afterEach, beforeEach, expect, test } from "vitest";
import { saveImage } from "../../../provider/host/build.ts";
import { fakeClient } from "./fake-client.ts";

let client: Awaited<ReturnType<typeof fakeClient>>;
beforeEach(async () => {
  client = await fakeClient();
});
afterEach(() => client.dispose());

/** What arrives of an image whose engine behaves as a script says. */
async function saved(script: string, signal = new AbortController().signal): Promise<string> {
  await client.answer(script);
  return Buffer.concat(await saveImage("web", signal).toArray()).toString();
}

test("an image arrives as the engine sends it", async () => {
  expect(await saved('echo "$@"')).toBe("save -- web\n");
});

test.each([
  ["begins", "echo 'no such image' >&2; exit 1"],
  ["has sent all", "echo layers; echo 'no such image' >&2; exit 1"],
  ["has closed its end", "echo layers; exec >&-; echo 'no such image' >&2; exit 1"],
])("an engine that fails before it %s is an error, and no shorter image", async (_, script) => {
  await expect(saved(script)).rejects.toThrow(/failed with exit code 1: .*\n.*\nno such image$/);
});

test("an image that is not waited for any more is an error, and no shorter image", async () => {
  const stop = new AbortController();
  const image = saved("echo layers; sleep 600", stop.signal);
  setImmediate(() => stop.abort(new Error("interrupted")));
  await expect(image).rejects.toThrow("interrupted");
});
