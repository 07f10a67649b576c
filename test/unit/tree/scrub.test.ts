import { expect, test } from "vitest";
import { type ScrubRuleName, scrub, scrubRuleNames } from "../../../provider/tree/scrub.ts";
import type { LayerMember } from "../../../provider/tree/types.ts";
import { directory, file, layer, lines, link, merge, symlink, whiteout } from "./layers.ts";

const rules: [ScrubRuleName, LayerMember[], string[]][] = [
  [
    "apt-cache",
    [
      file("var/cache/apt/pkgcache.bin"),
      file("var/cache/apt/archives/x.deb"),
      directory("var/cache/apt/archives/partial"),
    ],
    ["var/cache/apt", "var/cache/apt/archives", "var/cache/apt/archives/partial"],
  ],
  [
    "apt-lists",
    [
      file("var/lib/apt/lists/lock"),
      directory("var/lib/apt/lists/partial"),
      file("var/lib/apt/extended_states"),
    ],
    [
      "var/lib/apt",
      "var/lib/apt/lists",
      "var/lib/apt/lists/partial",
      "var/lib/apt/extended_states",
    ],
  ],
  [
    "logs",
    [
      file("var/log/dpkg.log"),
      file("var/log/nginx/old"),
      symlink("var/log/nginx/access.log", "/dev/stdout"),
      file("var/logs"),
    ],
    ["var/log", "var/log/nginx", "var/log/nginx/access.log", "var/logs"],
  ],
  [
    "tmp",
    [file("tmp/a/b"), file("var/tmp/x"), symlink("tmp/l", "a"), file("srv/tmp/x")],
    ["tmp", "var/tmp", "srv/tmp/x"],
  ],
  [
    "shell-history",
    [
      file("root/.bash_history"),
      file("home/u/.ash_history"),
      file(".lesshst"),
      file("root/.bashrc"),
    ],
    ["root", "home/u", "root/.bashrc"],
  ],
  [
    "ssh-host-keys",
    [
      file("etc/ssh/ssh_host_rsa_key"),
      file("etc/ssh/ssh_host_rsa_key.pub"),
      file("etc/ssh/sshd_config"),
    ],
    ["etc/ssh", "etc/ssh/sshd_config"],
  ],
  ["ldconfig-cache", [file("var/cache/ldconfig/aux-cache")], ["var/cache/ldconfig"]],
  ["machine-id", [file("var/lib/dbus/machine-id")], ["var/lib/dbus"]],
];
test.each(rules)("%s drops what it names and nothing else", (name, members, left) => {
  const before = merge(layer(...members));
  const { tree, dropped } = scrub(before, [name]);
  const paths = tree.items.flatMap((i) => (i.kind === "entry" ? [i.path] : []));
  const expected = new Set([
    "",
    ...left.flatMap((p) => p.split("/").map((_, i, all) => all.slice(0, i + 1).join("/"))),
  ]);
  expect(new Set(paths)).toEqual(expected);
  expect(dropped).toEqual({ [name]: before.items.length - tree.items.length });
  expect(scrub(before, []).tree).toEqual(before);
});

test("every rule has a row in this table", () => {
  expect(rules.map(([name]) => name).sort()).toEqual([...scrubRuleNames].sort());
});

test("machine-id becomes an empty file, unless it is a symlink or missing", () => {
  const emptied = scrub(merge(layer(file("etc/machine-id", "0123"))), scrubRuleNames);
  const entry = emptied.tree.items[2];
  expect(entry).toMatchObject({ path: "etc/machine-id", type: "file", size: 0, mode: 0o644 });
  for (const gone of ["digest", "segments", "source"]) expect(entry).not.toHaveProperty(gone);
  expect(emptied.dropped["machine-id"]).toBe(1);
  const link = merge(layer(symlink("etc/machine-id", "/run/id")));
  expect(scrub(link, scrubRuleNames)).toMatchObject({ tree: link, dropped: { "machine-id": 0 } });
});

test("a scrubbed image is one that never had these files, in any layer", () => {
  const with_ = (content: string) =>
    merge(
      layer(
        directory("var/log"),
        file("var/log/x", content),
        file("a", "1"),
        file("etc/machine-id", content),
      ),
      layer(
        directory("var/log"),
        file("var/log/x", `${content}${content}`),
        file("etc/machine-id", content),
      ),
      layer(whiteout("var/log/x"), file("b")),
    );
  const items = (content: string) => scrub(with_(content), scrubRuleNames).tree.items;
  expect(items("1")).toEqual(items("22"));
  expect(lines(scrub(with_("1"), scrubRuleNames).tree)).toEqual([
    ...["+ /", "+ var/", "+ var/log/", "+ a", "+ etc/", "|", "+ etc/machine-id", "|", "+ b", "|"],
  ]);
});

test("a hard link to a scrubbed file keeps its content", () => {
  const tree = merge(
    layer(file("tmp/a", "1"), file("x"), link("keep", "tmp/a"), link("too", "tmp/a")),
  );
  expect(lines(scrub(tree, ["tmp"]).tree)).toEqual([
    "+ /",
    "+ tmp/",
    "+ x",
    "+ keep",
    "+ too link keep",
    "|",
  ]);
});
