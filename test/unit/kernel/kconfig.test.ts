import { describe, expect, test } from "vitest";
import {
  evaluate,
  formatExpression,
  parseExpression,
} from "../../../provider/kernel/expression.ts";
import { readKconfig } from "../../../provider/kernel/kconfig.ts";

/** A source with one file of the architecture, as kernels have it. */
const files: Readonly<Record<string, string>> = {
  Kconfig: `# comment
mainmenu "Linux"
if-success = $(shell,{ $(1); } >/dev/null 2>&1 && echo "$(2)")
source "drivers/Kconfig"
source "arch/$(SRCARCH)/Kconfig"
source "gone/Kconfig"
`,
  "drivers/Kconfig": `menuconfig BLK_DEV
	bool "Block devices"
	depends on BLOCK
	default y
	help
	  config NOT_THIS
	    depends on HELP

if BLK_DEV # a comment
config VIRTIO_BLK
	tristate "Virtio block driver"
	depends on VIRTIO && \\
		!BROKEN
	select SG_POOL
	help
	  This text ends
	here.
endif

menu "Serial"
	depends on TTY
comment "not an option"
	depends on NOTHING
config NR_UARTS
	int "Ports"
	range 1 10
config SERIAL
	tristate
	prompt "8250" if EXPERT
choice
	prompt "Compression"
	depends on HAVE_COMPRESSION
config KERNEL_GZIP
	bool "Gzip"
endchoice
endmenu
config SG_POOL
	def_bool n
`,
  "arch/x86/Kconfig": `config 64BIT
	bool "64-bit kernel" if "$(ARCH)" = "x86"
config VIRTIO_BLK
	depends on X86
config CMDLINE
	string "Command # line"
config BASE
	hex "Address"
`,
};
const read = () => readKconfig(async (path) => files[path], { ARCH: "x86_64", SRCARCH: "x86" });

describe("Kconfig files", () => {
  test("give every option, those of help texts and missing files left out", async () => {
    expect([...(await read()).keys()]).toEqual([
      ...["BLK_DEV", "VIRTIO_BLK", "SG_POOL", "NR_UARTS", "SERIAL", "KERNEL_GZIP"],
      ...["64BIT", "CMDLINE", "BASE"],
    ]);
  });

  test("give an option its conditions: its own, and those of the ifs, menus and choices around it", async () => {
    const options = await read();
    const depends = (name: string) => options.get(name)?.definitions.map((d) => d.dependsOn);
    expect(depends("BLK_DEV")).toEqual([["BLOCK"]]);
    expect(depends("VIRTIO_BLK")).toEqual([["BLK_DEV", "VIRTIO && !BROKEN"], ["X86"]]);
    expect(depends("NR_UARTS")).toEqual([["TTY"]]);
    expect(depends("KERNEL_GZIP")).toEqual([["TTY", "HAVE_COMPRESSION"]]);
    expect(depends("SG_POOL")).toEqual([[]]);
  });

  test("give an option its type, its prompt and who selects it", async () => {
    const options = await read();
    const types = [...options.values()].map(({ name, type }) => `${name} ${type}`);
    expect(types).toEqual([
      ...["BLK_DEV bool", "VIRTIO_BLK tristate", "SG_POOL bool", "NR_UARTS int"],
      ...["SERIAL tristate", "KERNEL_GZIP bool", "64BIT bool", "CMDLINE string", "BASE hex"],
    ]);
    const prompt = (name: string) => options.get(name)?.definitions[0]?.prompt;
    expect(prompt("SERIAL")).toBe("EXPERT");
    expect(prompt("64BIT")).toBe('"x86_64" = "x86"');
    expect(prompt("VIRTIO_BLK")).toBe("");
    expect(prompt("SG_POOL")).toBeUndefined();
    expect(options.get("SG_POOL")?.selectedBy).toEqual(["VIRTIO_BLK"]);
    expect(options.get("KERNEL_GZIP")?.definitions[0]?.inChoice).toBe(true);
  });

  test("that include themselves end", async () => {
    const options = await readKconfig(async () => 'source "Kconfig"\nconfig A\n\tbool "A"\n', {});
    expect([...options.keys()]).toEqual(["A"]);
  });
});

describe("a condition", () => {
  const values: Readonly<Record<string, string>> = {
    A: "y",
    M: "m",
    N: "n",
    COUNT: "4",
    TEXT: "x",
  };
  test.each<[string, 0 | 1 | 2]>([
    ["A", 2],
    ["M", 1],
    ["UNSET", 0],
    ["!A", 0],
    ["!M", 1],
    ["A && M", 1],
    ["N || M", 1],
    ["A && (N || !N)", 2],
    ["A || N && N", 2],
    ["M=y", 0],
    ["M!=n", 2],
    ["COUNT >= 4", 2],
    ["COUNT < 0x2", 0],
    ['TEXT = "x"', 2],
    ["$(cc-option,-mfoo $(bar)) && A", 2],
  ])("%s is %i", (text, expected) => {
    const expression = parseExpression(text);
    expect(expression && evaluate(expression, (name) => values[name])).toBe(expected);
  });

  test.each(["", "A &&", "(A", "A B", "A ? B", "&& A"])("%j is not read as one", (text) => {
    expect(parseExpression(text)).toBeUndefined();
  });

  test.each(["A && (B || C=y) && !D", "!(A || B)", "A>=4 || $(macro,x)"])(
    "%s is written as it was read",
    (text) => {
      const expression = parseExpression(text);
      expect(expression && formatExpression(expression)).toBe(text);
    },
  );
});
