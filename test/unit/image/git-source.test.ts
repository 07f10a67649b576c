import { expect, test } from "vitest";
import { rootfsSourceSchema } from "../../../provider/image/source-schema.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const url = "https://git.example/web.git";

const reasons = (git: Record<string, unknown>) => {
  const { error } = rootfsSourceSchema.safeParse({ git });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
};

test.each([
  url,
  "http://127.0.0.1:8080/a/b.git",
  "ssh://git@git.example/web",
  "git@git.example:group/web.git",
  "git://git.example/web",
])("%s is a repository", (given) => expect(reasons({ url: given, commit })).toEqual([]));

test.each([
  ["https://git.example/web", /must be a repository.*takes what does not end in \.git for a file/],
  [`${url}#main`, /must be a repository/],
  ["file:///srv/web.git", /must be a repository/],
  ["--upload-pack=x", /must be a repository/],
  ["https://git.example/a b.git", /must be a repository/],
  ["https://token@git.example/web.git", /must not hold a user or password.*GIT_AUTH_TOKEN/],
])("%s is refused", (given, reason) => {
  expect(reasons({ url: given, commit })).toEqual([
    expect.stringMatching(new RegExp(`^git\\.url: ${reason.source}`)),
  ]);
});

test.each(["main", "v1.2", "0123456", commit.toUpperCase(), `${commit}0`])(
  "the commit %s is refused, with how to find the whole one",
  (given) => {
    expect(reasons({ url, commit: given })).toEqual([
      "git.commit: must be a full commit of 40 hex digits: branches and tags move (git rev-parse BRANCH tells it)",
    ]);
  },
);

test.each(["/etc", "..", "a/../../b", "a\nb", ""])("the folder %j is refused", (path) => {
  expect(reasons({ url, commit, path })).toEqual([
    "git.path: must be a path inside the repository, such as deploy/web",
  ]);
});
