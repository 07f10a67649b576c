import { expect, test } from "vitest";
import { dockerfileStages } from "../../../provider/image/dockerfile.ts";
import {
  instructionsOf,
  layerInstructions,
} from "../../../provider/manifest/layer-instructions.ts";

const dockerfile = `ARG BASE=debian:12
FROM \${BASE} AS build
RUN echo hi > /built

FROM debian:12
ARG WHO=me
LABEL a=b
WORKDIR /srv
COPY --from=build /built /srv/built
RUN <<EOF
FROM nothing
EOF
RUN echo a \\
 # a comment
 && echo b > /srv/b
ENV X=1
CMD ["sh"]
`;
/** As BuildKit 0.13 writes it down. */
const history = [
  { createdBy: "", emptyLayer: false },
  { createdBy: "ARG WHO=me", emptyLayer: true },
  { createdBy: "LABEL a=b", emptyLayer: true },
  { createdBy: "WORKDIR /srv", emptyLayer: false },
  { createdBy: "COPY /built /srv/built # buildkit", emptyLayer: false },
  { createdBy: "RUN |1 WHO=me /bin/sh -c FROM nothing\n # buildkit", emptyLayer: false },
  { createdBy: "RUN |1 WHO=me /bin/sh -c echo a && echo b > /srv/b # buildkit", emptyLayer: false },
  { createdBy: "ENV X=1", emptyLayer: true },
  { createdBy: 'CMD ["sh"]', emptyLayer: true },
];

test("each layer has its line of the Dockerfile, the base image's has none", () => {
  expect(
    layerInstructions(5, history, instructionsOf(dockerfileStages(dockerfile))).map(
      ({ line, instruction }) => `${line}: ${instruction}`,
    ),
  ).toEqual([
    "undefined: ",
    "8: WORKDIR /srv",
    "9: COPY --from=build /built /srv/built",
    "10: RUN <<EOF",
    "13: RUN echo a && echo b > /srv/b",
  ]);
});

test("stages of a Dockerfile name their base images, with global ARGs filled in", () => {
  expect(dockerfileStages(dockerfile).map(({ name, line, from }) => [name, line, from])).toEqual([
    ["build", 2, "debian:12"],
    ["1", 5, "debian:12"],
  ]);
});

test("a stage that starts from another one has its lines too", () => {
  const stages = dockerfileStages("FROM a AS Base\nRUN one\nFROM x\nRUN no\nFROM base\nRUN two");
  expect(instructionsOf(stages).map(({ text }) => text)).toEqual(["RUN one", "RUN two"]);
  expect(instructionsOf(stages, "1").map(({ text }) => text)).toEqual(["RUN no"]);
});

test("an ONBUILD makes no layer, but in the stage that starts from its own", () => {
  const text =
    "FROM a AS x\nONBUILD RUN later\nRUN one\nFROM x\nRUN two\nONBUILD RUN never\nRUN three";
  const lines = ["zero", "one", "later", "two", "three"].map((createdBy) => ({
    ...{ createdBy: `RUN /bin/sh -c ${createdBy} # buildkit`, emptyLayer: false },
  }));
  expect(
    layerInstructions(5, lines, instructionsOf(dockerfileStages(text))).map(
      ({ line, instruction }) => `${line}: ${instruction}`,
    ),
  ).toEqual([
    ...["undefined: RUN /bin/sh -c zero", "3: RUN one", "2: RUN later", "5: RUN two"],
    "7: RUN three",
  ]);
});

test("a history that does not agree with the Dockerfile gives no line from there on", () => {
  const stages = dockerfileStages("FROM a\nRUN one\nCOPY b /b\nRUN two");
  const other = ["RUN /bin/sh -c zero", "RUN /bin/sh -c one", "ADD b /b", "RUN /bin/sh -c two"];
  expect(
    layerInstructions(
      4,
      other.map((createdBy) => ({ createdBy, emptyLayer: false })),
      instructionsOf(stages),
    ).map(({ line }) => line),
  ).toEqual([undefined, undefined, undefined, 4]);
});

test("values of build arguments are left out of what a history tells", () => {
  const told = (createdBy: string) =>
    layerInstructions(1, [{ createdBy, emptyLayer: false }])[0]?.instruction;
  expect(told("RUN |1 TOKEN=a b /bin/sh -c true # buildkit")).toBe("RUN /bin/sh -c true");
  expect(told("RUN |1 TOKEN=secret python3 x # buildkit")).not.toContain("secret");
});

test("layers without a history are there, without an instruction", () => {
  expect(layerInstructions(2, [])).toEqual([{ instruction: "" }, { instruction: "" }]);
});
