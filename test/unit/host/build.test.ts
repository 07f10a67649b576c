import { expect, test } from "vitest";
import { engineArguments, layoutArguments } from "../../../provider/host/build-arguments.ts";
import { buildFailure, buildProgress } from "../../../provider/host/build-report.ts";

const build = {
  context: "/project",
  dockerfile: "/project/Dockerfile",
  platform: "linux/amd64",
  target: "server",
  buildArgs: { B: "2", A: "$(x); y" },
  secrets: [
    { id: "a", env: "TOKEN" },
    { id: "b", file: "/project/key" },
  ],
  builder: "cluster",
  cacheTo: ["type=local,dest=c"],
};

test("a build into a layout asks for uncompressed layers, and every option is an argument of its own", () => {
  expect(layoutArguments(build, "/store/oci", "/stage/m.json").join("\n")).toMatchInlineSnapshot(`
    "buildx
    build
    --provenance=false
    --builder
    cluster
    --progress=plain
    --platform
    linux/amd64
    --file
    /project/Dockerfile
    --target
    server
    --build-arg
    A=$(x); y
    --build-arg
    B=2
    --secret
    id=a,env=TOKEN
    --secret
    id=b,src=/project/key
    --cache-to
    type=local,dest=c
    --output
    type=oci,tar=false,compression=uncompressed,force-compression=true,dest=/store/oci
    --metadata-file
    /stage/m.json
    /project"
  `);
});

test("an image of the engine is built from a Dockerfile on standard input", () => {
  const args = engineArguments({ dockerfile: "FROM x\n", platform: "linux/amd64" }, "/stage/id");
  expect(args).toEqual([
    "build",
    "--progress=plain",
    "--platform",
    "linux/amd64",
    "--iidfile",
    "/stage/id",
    "-",
  ]);
});

test("no build is given privilege", () => {
  const all = [...layoutArguments(build, "/o", "/m"), ...engineArguments(build, "/i")].join(" ");
  expect(all).not.toMatch(/privileged|entitlement|--allow|security/);
});

test("a failing RUN is reported by its last lines, the Dockerfile's line and the reason, once", () => {
  const lines = [
    "#5 [2/2] RUN make",
    "#5 0.1 cc main.c",
    '#5 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2',
    "------",
    " > [2/2] RUN make:",
    "0.1 cc main.c",
    "0.2 main.c:1: error",
    "------",
    "Dockerfile:2",
    "--------------------",
    "   1 |     FROM debian:12",
    "   2 | >>> RUN make",
    "--------------------",
    'ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2',
  ];
  expect(buildFailure(lines)).toBe(
    [
      'The image does not build: process "/bin/sh -c make" did not complete successfully: exit code: 2',
      " > [2/2] RUN make:",
      "0.1 cc main.c",
      "0.2 main.c:1: error",
      "Dockerfile:2",
      "   1 |     FROM debian:12",
      "   2 | >>> RUN make",
    ].join("\n"),
  );
});

test.each([
  ["#7 [3/4] RUN apt -y install apache2", "[3/4] RUN apt -y install apache2"],
  ["#7 12.34 Unpacking apache2 ...", "Unpacking apache2 ..."],
  ["#7 CACHED", undefined],
  ["#12 exporting config sha256:4ead 0.0s done", "the engine hands over the layers"],
  ["", undefined],
])("the line %j is shown as %j", (line, shown) => {
  expect(buildProgress(line)).toBe(shown);
});
