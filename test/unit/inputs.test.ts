import { describe, expect, test } from "vitest";
import * as z from "zod";
import { resources } from "../../provider/flow/index.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { unknownValue } from "../../provider/lifecycle/wire.ts";
import type { Resource } from "../../provider/resource.ts";
import { examples, refusedByOwnRule } from "./inputs/examples.ts";
import {
  hasOwnRule,
  kindOf,
  outOfDomain,
  type Path,
  type Place,
  placesIn,
  valueAt,
  withValue,
  wrongType,
} from "./inputs/fields.ts";

async function problemsOf(resource: Resource, given: Record<string, unknown>) {
  const { observe: _, ...rest } = resource;
  return (await checkInputs(rest, given, {} as never)).problems;
}

/** The properties with problems; each reason must be one line. */
async function refused(resource: Resource, given: Record<string, unknown>): Promise<string[]> {
  const problems = await problemsOf(resource, given);
  for (const { reason } of problems) expect(reason).toMatch(/^\S.*$/);
  return [...new Set(problems.map(({ property }) => property))].sort();
}

describe.each(resources.map((resource) => [resource.name, resource] as const))(
  "%s",
  (name, resource) => {
    const given = examples[name] ?? [];
    const isGiven = ({ path }: Place) =>
      !resource.inputs.shape[String(path[0])]?.description?.startsWith("Computed:");
    const places = placesIn(resource.inputs).filter(isGiven);
    const named = places.map((place) => [z.core.toDotPath([...place.path]), place] as const);
    const exampleOf = ({ path }: Place): Record<string, unknown> => {
      const found = given.find((example) => valueAt(example, path) !== undefined);
      if (!found) throw new Error(`No example of ${name} holds ${z.core.toDotPath([...path])}`);
      return found;
    };
    const placesOf = (example: object) =>
      places.filter(({ path }) => valueAt(example, path) !== undefined);
    const dotted = (path: Path) => z.core.toDotPath([...path]);

    test.each(given.map((example, index) => [index, example] as const))(
      "takes valid inputs: example %i",
      async (_index, example) => {
        expect(await problemsOf(resource, example)).toEqual([]);
      },
    );

    test.each(named)("refuses a wrong type: %s", async (property, place) => {
      const bad = withValue(exampleOf(place), place.path, wrongType(place));
      expect(await refused(resource, bad)).toEqual([property]);
    });

    test.each(
      named.flatMap(([property, place]) => {
        const own = refusedByOwnRule[`${name}.${property}`] ?? [];
        const derived = outOfDomain(place, valueAt(exampleOf(place), place.path));
        return [...derived, ...own].map((value) => [property, value, place] as const);
      }),
    )("refuses what is out of the domain: %s %j", async (property, value, place) => {
      const bad = withValue(exampleOf(place), place.path, value);
      const found = await refused(resource, bad);
      // A list of equal items is also refused for what its items have in common.
      expect(Array.isArray(value) ? found.slice(0, 1) : found).toEqual([property]);
    });

    test("has an example of what each rule of a single field refuses", () => {
      const ruled = named.filter(([, place]) => hasOwnRule(place)).map(([at]) => `${name}.${at}`);
      const listed = Object.keys(refusedByOwnRule).filter((at) => at.startsWith(`${name}.`));
      expect(listed.sort()).toEqual(ruled.sort());
    });

    const required = named.filter(([, place]) => place.required);
    test.each(required)("demands what is required: %s", async (property, place) => {
      const bad = withValue(exampleOf(place), place.path, undefined);
      expect(await refused(resource, bad)).toEqual([property]);
    });

    test.each([
      ["", undefined],
      ...named.filter(([, place]) => kindOf(place) === "object"),
    ] as const)("refuses a property that it does not know in %j", async (property, place) => {
      const path = place?.path ?? [];
      const bad = withValue(place ? exampleOf(place) : (given[0] ?? {}), [...path, "bogus"], 1);
      expect(await refused(resource, bad)).toEqual([property || "bogus"]);
    });

    test.each(given.map((example, index) => [index, example] as const))(
      "tells every problem of its inputs at once: example %i",
      async (_index, example) => {
        const leaves = placesOf(example).filter(
          ({ path }) => typeof valueAt(example, path) !== "object",
        );
        const bad = leaves.reduce(
          (whole, place) => withValue(whole, place.path, wrongType(place)),
          example,
        );
        expect(await refused(resource, bad)).toEqual(leaves.map(({ path }) => dotted(path)).sort());
      },
    );

    test.each(given.map((example, index) => [index, example] as const))(
      "passes over what is not known yet, be it one place, two inputs or all: example %i",
      async (_index, example) => {
        const inputs = Object.keys(example).map((name) => [name]);
        const pairs = inputs.flatMap((a) => inputs.map((b) => [a, b]));
        const places = placesOf(example).map(({ path }) => [path]);
        for (const paths of [...places, ...pairs, inputs]) {
          const unknown = paths.reduce((so, path) => withValue(so, path, unknownValue), example);
          expect(await problemsOf(resource, unknown), String(paths)).toEqual([]);
        }
      },
    );
  },
);
