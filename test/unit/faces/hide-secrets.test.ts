import { expect, test } from "vitest";
import { hideSecrets } from "../../../provider/faces/hide-secrets.ts";

test.each([
  ["signingKey", { property: "", reason: "signingKey is too short" }],
  ["files[0].content", { property: "", reason: "files[0].content is too short" }],
  ["type", { property: "type", reason: "is too short" }],
])("of a problem with %s Pulumi is told what it may show", (property, expected) => {
  const isSecret = (input: string) => ["signingKey", "files"].includes(input);
  expect(hideSecrets([{ property, reason: "is too short" }], isSecret)).toEqual([expected]);
});
