import { expect, test } from "vitest";
import {
  encodeOrigin,
  originEnd,
  originOf,
  recordLayers,
} from "../../../provider/manifest/origin.ts";
import { trace } from "../../../provider/manifest/trace.ts";
import { traceText } from "../../../provider/manifest/trace-text.ts";
import { sha256 as digestOfText } from "../../../provider/plan/canonical.ts";
import { LayerStack } from "../../../provider/tree/layer-stack.ts";
import { applyLayer, type Layer } from "../../../provider/tree/merge.ts";
import { overlay } from "../../../provider/tree/overlay.ts";
import { directory, EPOCH, file, layer, link, symlink, whiteout } from "../tree/layers.ts";

const layers = [
  layer(
    ...[directory(""), directory("usr"), directory("usr/bin"), symlink("bin", "usr/bin")],
    ...[directory("etc"), file("etc/conf", "base"), file("etc/old", "x"), file("etc/empty")],
  ),
  layer(file("bin/tool", "one"), directory("etc"), file("etc/conf", "second")),
  layer(directory("etc", { mode: 0o700 }), whiteout("etc/old"), link("usr/bin/same", "bin/tool")),
  layer(file("etc/conf", "third"), symlink("etc/link", "conf")),
];

/** The image of these layers, with a file that Rootfs's own inputs add. */
function image(from: readonly Layer[] = layers) {
  const stack = new LayerStack();
  for (const layer of from) applyLayer(stack, layer, EPOCH);
  const merged = stack.tree();
  const tree = overlay(merged, "sha256:added", [file("etc/hostname", "web"), file("etc/conf2")]);
  const origin = originOf(
    tree,
    merged,
    recordLayers(stack.names()),
    {
      tree: "sha256:tree",
      sourceDateEpoch: EPOCH,
      source: { kind: "dockerfile", file: "Dockerfile", digests: {}, stages: [], baseImages: [] },
      layers: from.map((_, i) => ({ instruction: `RUN ${i}`, ...(i > 0 && { line: 10 + i }) })),
    },
    "Rootfs inputs: hostname",
  );
  return { tree, origin, owners: new Map([["usr/bin/tool", ["tools"]]]) };
}

const whole = image();
const at = (path: string) => trace(whole, path);

test.each([
  ["/usr", 1],
  ["/etc/empty", 1],
  ["/bin/tool", 2],
  ["usr/bin/tool", 2],
  ["/usr/bin/same", 3],
  ["/etc/conf", 4],
  ["/etc/link", 4],
  ["/etc/hostname", 5],
  ["/etc/conf2", 5],
])("%s comes from layer %i", (path, number) => {
  expect(at(path)?.now?.layer.number).toBe(number);
});

test("a trace names the Dockerfile's line, and what lower layers have there", () => {
  const { now, shadows } = at("/etc/conf")!;
  expect(now).toMatchObject({
    layer: { number: 4, file: "Dockerfile", line: 13, instruction: "RUN 3" },
    ...{ mode: 0o644, size: 5 },
    digest: digestOfText("third"),
  });
  expect(shadows.map(({ layer: { number }, size }) => [number, size])).toEqual([
    [2, 6],
    [1, 4],
  ]);
});

test("the package that owns a path is named, also through a symlink among its parents", () => {
  expect(at("/bin/tool")?.packages).toEqual(["tools"]);
  expect(at("/etc/conf")?.packages).toEqual([]);
});

test("a directory keeps its layer and names the one that changed its mode", () => {
  expect(at("/etc")?.now).toMatchObject({
    layer: { number: 1 },
    mode: 0o700,
    changedBy: { number: 3, line: 12 },
  });
  expect(at("/usr/bin")?.now).not.toHaveProperty("changedBy");
});

test("what a layer deleted has no present, but a past", () => {
  const { now, shadows } = at("/etc/old")!;
  expect([now, shadows.map(({ layer: { number } }) => number)]).toEqual([undefined, [1]]);
  expect(traceText(at("/etc/old")!)).toContain("deleted by a later layer");
});

test("a hard link has the digest of its file, and a symlink is not followed", () => {
  expect(at("/usr/bin/same")?.now).toMatchObject({ type: "link", target: "usr/bin/tool", size: 3 });
  expect(at("/usr/bin/same")?.now?.digest).toBe(at("/usr/bin/tool")?.now?.digest);
  expect(at("/bin")?.now).toMatchObject({ type: "symlink", target: "usr/bin" });
});

test("a path that no layer has gives nothing", () => {
  expect(at("/no/such")).toBeUndefined();
});

test("the text of a trace says all of it", () => {
  expect(traceText(at("/etc/conf")!).replaceAll(/sha256:\w+/g, "sha256:…")).toMatchInlineSnapshot(`
    "/etc/conf
      file 0644 0:0, 5 bytes, sha256:…
      from Dockerfile:13, layer 4: RUN 3
      hides file 0644 0:0, 6 bytes, sha256:…
        from Dockerfile:11, layer 2: RUN 1
      hides file 0644 0:0, 4 bytes, sha256:…
        from layer 1: RUN 0"
  `);
});

test("the file of an origin is told from a kernel's by its end", () => {
  expect(encodeOrigin(whole.origin).endsWith(originEnd("sha256:tree"))).toBe(true);
});
