import { expect, test } from "vitest";
import { engineArguments } from "../../../provider/host/build-arguments.ts";
import { rootfsInputs } from "../../../provider/image/rootfs-schema.ts";

test.each(["web:1\nRUN id", "-h", "a b", "web\u0000"])(
  "the image name %j never becomes part of a Dockerfile",
  (image) => {
    expect(rootfsInputs.safeParse({ source: { image } }).success).toBe(false);
    expect(rootfsInputs.safeParse({ source: { image: "r.io:5000/web@sha256:ab" } }).success).toBe(
      true,
    );
  },
);

test("a secret's file may have commas and quotes in its name", () => {
  const secrets = [{ id: "key", file: '/a,b"c' }];
  const args = engineArguments({ dockerfile: "FROM x", platform: "p", secrets }, "id");
  expect(args).toContain('id=key,"src=/a,b""c"');
});
