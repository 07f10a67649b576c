import { describe, expect, test } from "vitest";
import { configLine, parseConfig, withOptions } from "../../../provider/kernel/config-file.ts";
import { readKconfig } from "../../../provider/kernel/kconfig.ts";
import {
  droppedNames,
  lostOptions,
  optionLines,
  unreproducible,
} from "../../../provider/kernel/options.ts";

const kconfig = `
config BLOCK
	bool "Block"
config BLK_DEV
	bool "Block devices"
	depends on BLOCK
config BLK_DEV_INITRD
	bool "initrd"
config VIRTIO_BLK
	tristate "Virtio" if EXPERT
	depends on BLK_DEV && (VIRTIO || VIRTIO_UML)
	select SG_POOL
config SG_POOL
	bool
config HAS_IOMEM
	def_bool y
config NR_UARTS
	int "Ports"
config BASE
	hex "Base"
config CMDLINE
	string "Command line"
choice
config KERNEL_GZIP
	bool "Gzip"
config KERNEL_XZ
	bool "XZ"
endchoice
config EXPERT
	bool "Expert"
	select DEBUG
config DEBUG
	bool "Debug"
`;
const known = await readKconfig(async (path) => (path === "Kconfig" ? kconfig : undefined), {});
const wanted = (...pairs: [string, string][]) => pairs.map(([name, value]) => ({ name, value }));
const final = (text: string) => parseConfig(text);

describe("an option is refused before anything is configured", () => {
  test.each<[string, string, string]>([
    [
      "BLK_DEV_INITRDS",
      "y",
      "the source has no option BLK_DEV_INITRDS (did you mean BLK_DEV_INITRD?)",
    ],
    [
      "INITRD_BLK_DEV",
      "y",
      "the source has no option INITRD_BLK_DEV (did you mean BLK_DEV_INITRD or BLK_DEV?)",
    ],
    ["NOTHING_LIKE_IT", "y", "the source has no option NOTHING_LIKE_IT (see its Kconfig files)"],
    ["BLOCK", "m", 'BLOCK takes y or n, not "m"'],
    ["BLOCK", "yes", 'BLOCK takes y or n, not "yes"'],
    [
      "VIRTIO_BLK",
      "m",
      "VIRTIO_BLK=m makes a module, and this kernel is one file without modules: give y or n",
    ],
    ["NR_UARTS", "0x4", 'NR_UARTS takes a whole number, not "0x4"'],
    ["BASE", "16", 'BASE takes a hexadecimal number such as 0x10, not "16"'],
    ["CMDLINE", "a\nCONFIG_X=y", 'CMDLINE takes one line of text, not "a\nCONFIG_X=y"'],
    ["SG_POOL", "y", "SG_POOL cannot be chosen (it is set by VIRTIO_BLK)"],
    ["HAS_IOMEM", "n", "HAS_IOMEM cannot be chosen (it has only defaults)"],
  ])("%s=%s", (name, value, reason) => {
    const { lines, problems } = optionLines(wanted([name, value]), known);
    expect(problems).toEqual([{ property: "options", reason }]);
    expect(lines.size).toBe(0);
  });

  test("and every problem is told at once", () => {
    const { problems } = optionLines(wanted(["NOPE", "y"], ["BLOCK", "y"], ["BASE", "x"]), known);
    expect(problems.map(({ reason }) => reason.split(" ").find((w) => /^[A-Z]+$/.test(w)))).toEqual(
      ["NOPE", "BASE"],
    );
  });
});

test("options are written as a .config has them", () => {
  const { lines } = optionLines(
    wanted(["BLOCK", "y"], ["BLK_DEV", "n"], ["NR_UARTS", "8"], ["CMDLINE", 'a="b" \\c']),
    known,
  );
  expect([...lines.values()]).toEqual([
    "CONFIG_BLOCK=y",
    "# CONFIG_BLK_DEV is not set",
    "CONFIG_NR_UARTS=8",
    'CONFIG_CMDLINE="a=\\"b\\" \\\\c"',
  ]);
});

describe("an option that did not survive is told with what it got and what it depends on", () => {
  test.each<[string, [string, string], string, string]>([
    [
      "conditions that do not hold, and none that does",
      ["VIRTIO_BLK", "y"],
      "CONFIG_EXPERT=y\nCONFIG_BLOCK=y\n# CONFIG_BLK_DEV is not set\n",
      "VIRTIO_BLK=y became n: it depends on BLK_DEV (BLK_DEV is n) and on VIRTIO || VIRTIO_UML (VIRTIO is n, VIRTIO_UML is n)",
    ],
    [
      "a prompt that is hidden",
      ["VIRTIO_BLK", "n"],
      "CONFIG_VIRTIO_BLK=y\nCONFIG_BLK_DEV=y\nCONFIG_VIRTIO=y\n",
      "VIRTIO_BLK=n became y: it depends on EXPERT (EXPERT is n)",
    ],
    [
      "what selects it",
      ["DEBUG", "n"],
      "CONFIG_DEBUG=y\nCONFIG_EXPERT=y\n",
      "DEBUG=n became y: it is selected by EXPERT",
    ],
    [
      "another of a choice",
      ["KERNEL_XZ", "y"],
      "CONFIG_KERNEL_GZIP=y\n# CONFIG_KERNEL_XZ is not set\n",
      "KERNEL_XZ=y became n: another of its choice is set",
    ],
    [
      "a number out of range",
      ["NR_UARTS", "900"],
      "CONFIG_NR_UARTS=4\n",
      "NR_UARTS=900 became 4: the source does not allow that value",
    ],
    [
      "a text that is not there",
      ["CMDLINE", "quiet"],
      "",
      "CMDLINE=quiet is not set: the source does not allow that value",
    ],
  ])("%s", (_title, pair, config, reason) => {
    expect(lostOptions(wanted(pair), known, final(config))).toEqual([
      { property: "options", reason },
    ]);
  });

  test("and one that is there, or was not wanted and is not, is no problem", () => {
    const config = 'CONFIG_BLOCK=y\nCONFIG_BASE=0x10\nCONFIG_CMDLINE="a \\"b\\""\n';
    const all = wanted(["BLOCK", "y"], ["BLK_DEV", "n"], ["BASE", "0x010"], ["CMDLINE", 'a "b"']);
    expect(lostOptions(all, known, final(config))).toEqual([]);
  });
});

test("options that make every build another one are refused", () => {
  expect(unreproducible(final("CONFIG_MODULE_SIG=y\nCONFIG_RANDSTRUCT_NONE=y\n"))).toEqual([
    {
      property: "options",
      reason: "MODULE_SIG=y signs with a key that each build makes anew: set it to n",
    },
  ]);
});

test("a configuration file's own options that are gone are named, those that it left out are not", () => {
  const given = parseConfig("CONFIG_OLD=y\n# CONFIG_OFF is not set\nCONFIG_KEPT=y\nCONFIG_N=4\n");
  expect(droppedNames(given, final("CONFIG_KEPT=y\nCONFIG_N=5\n"))).toEqual(["N", "OLD"]);
});

test("options take the place of what a .config says of them, and of nothing else", () => {
  const text = "# Automatic\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_AB=y\n";
  const lines = new Map([
    ["A", configLine("A", "n", false)],
    ["B", configLine("B", "y", false)],
  ]);
  expect(withOptions(text, lines)).toBe(
    "# Automatic\nCONFIG_AB=y\n# CONFIG_A is not set\nCONFIG_B=y\n",
  );
});
