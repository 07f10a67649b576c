import { describe, expect, test } from "vitest";
import * as z from "zod";
import { InputError } from "../../../provider/errors.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { unknownValue } from "../../../provider/lifecycle/wire.ts";
import { defineResource, type Resource } from "../../../provider/resource.ts";

const observed: unknown[] = [];
const ruled: unknown[] = [];
const cake = defineResource({
  name: "Cake",
  description: "A cake.",
  version: 1,
  inputs: z.strictObject({
    layers: z.int().min(1).describe("How many."),
    recipe: z.string().default("sponge").describe("File."),
    guests: z
      .array(z.strictObject({ name: z.string() }))
      .optional()
      .describe("Who eats."),
    hash: z.string().optional().describe("Computed: content of the recipe."),
  }),
  outputs: z.object({}),
  rules: (given) => {
    ruled.push(given);
    return given.layers === 13 ? [{ property: "layers", reason: "is unlucky" }] : [];
  },
  observe: async (given) => {
    observed.push(given);
    if (given.recipe === "lost")
      throw new InputError([{ property: "recipe", reason: "is not there" }]);
    if (given.recipe === "broken") throw new Error("the disk is on fire");
    return { hash: `hash of ${given.recipe}` };
  },
  plan: (given) => given,
}) as unknown as Resource;

const check = (given: Record<string, unknown>) => {
  observed.length = ruled.length = 0;
  return checkInputs(cake, given, {} as never);
};

describe("checked inputs", () => {
  test("have their defaults and what was observed", async () => {
    expect(await check({ layers: 2 })).toEqual({
      inputs: { layers: 2, recipe: "sponge", hash: "hash of sponge" },
      problems: [],
    });
  });

  test("take null for what is left out", async () => {
    const { inputs, problems } = await check({ layers: 2, recipe: null, guests: null });
    expect(problems).toEqual([]);
    expect(inputs).toEqual({ layers: 2, recipe: "sponge", hash: "hash of sponge" });
  });

  test("keep what is wrong with them, so that the engine can show it", async () => {
    expect((await check({ layers: "two" })).inputs).toMatchObject({ layers: "two" });
  });
});

describe("problems", () => {
  test("come all at once, each with its property", async () => {
    const guests = [{ name: "Ada" }, { name: 7, age: 3 }];
    expect((await check({ recipe: 1, guests, candles: 9 })).problems).toEqual([
      {
        property: "candles",
        reason: "is not an input of Cake (it has: layers, recipe, guests, hash)",
      },
      { property: "layers", reason: "is required (number)" },
      { property: "recipe", reason: "Invalid input: expected string, received number" },
      { property: "guests[1].name", reason: "Invalid input: expected string, received number" },
      { property: "guests[1]", reason: '"age" is not known here' },
    ]);
  });

  test("across fields come with those of single fields", async () => {
    expect((await check({ layers: 13, recipe: 1 })).problems.map((p) => p.property)).toEqual([
      "recipe",
      "layers",
    ]);
  });

  test("found while observing are those of its properties", async () => {
    expect((await check({ layers: 1, recipe: "lost" })).problems).toEqual([
      { property: "recipe", reason: "is not there" },
    ]);
  });

  test("that are not the user's are thrown", async () => {
    await expect(check({ layers: 1, recipe: "broken" })).rejects.toThrow("the disk is on fire");
  });
});

describe("what is not known yet", () => {
  test.each([
    ["a field", { layers: unknownValue }],
    ["an item of a list", { layers: 1, guests: [unknownValue] }],
    ["a property of an item", { layers: 1, guests: [{ name: unknownValue }] }],
  ])("is no problem: %s", async (_title, given) => {
    expect((await check(given)).problems).toEqual([]);
  });

  test("hides no problem of what is known", async () => {
    const guests = [{ name: unknownValue }, { name: 7 }];
    expect((await check({ layers: unknownValue, guests })).problems.map((p) => p.property)).toEqual(
      ["guests[1].name"],
    );
  });

  test("stays as it is in the inputs", async () => {
    expect((await check({ layers: unknownValue })).inputs).toMatchObject({ layers: unknownValue });
  });

  test("reaches no rule", async () => {
    await check({ layers: 1, recipe: unknownValue, guests: [{ name: unknownValue }] });
    expect(ruled).toEqual([{ layers: 1 }]);
  });

  test("keeps files from being looked at", async () => {
    await check({ layers: 1, recipe: unknownValue });
    expect(observed).toEqual([]);
  });
});

test("what was observed before stays while an input is unknown, instead of looking removed", async () => {
  const shape = { a: z.string(), observed: z.string().optional() };
  const watched = {
    ...cake,
    inputs: z.strictObject(shape),
    rules: () => [],
    observe: async () => ({ observed: "new" }),
  } as unknown as Resource;
  const look = (a: string) => checkInputs(watched, { a }, {} as never, { observed: "old" });
  expect((await look(unknownValue)).inputs).toEqual({ a: unknownValue, observed: "old" });
  expect((await look("known")).inputs).toEqual({ a: "known", observed: "new" });
});

test("files are not looked at while an input is wrong", async () => {
  await check({ layers: 0 });
  expect(observed).toEqual([]);
});
