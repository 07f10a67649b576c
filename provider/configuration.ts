import * as z from "zod";

/** What a provider can be told besides its environment; a variable of the environment stands for each that is left out. */
export const configuration = z.strictObject({
  store: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Folder that artefacts are kept in. Default: `$BOOTWRIGHT_STORE`, else `~/.cache/bootwright`.",
    ),
  runner: z
    .string()
    .regex(/^(container|host)$/, 'must be "container" or "host"')
    .optional()
    .describe(
      "Where tools run: in containers or as the host's own. Default: `$BOOTWRIGHT_RUNNER`, else container.",
    ),
  cache: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Folder that machines share artefacts through. Default: `$BOOTWRIGHT_CACHE`, else none.",
    ),
});

/** The variables of the environment that a configuration stands for. */
export function environmentOf(given: z.output<typeof configuration>): Record<string, string> {
  const variables = {
    BOOTWRIGHT_STORE: given.store,
    BOOTWRIGHT_RUNNER: given.runner,
    BOOTWRIGHT_CACHE: given.cache,
  };
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
