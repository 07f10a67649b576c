import * as z from "zod";

/** Keys by the names that QEMU has for them (QKeyCode, qapi/ui.json), as far as boot menus and consoles ask for them. */
const keyNames: ReadonlySet<string> = new Set([
  ..."abcdefghijklmnopqrstuvwxyz0123456789",
  ...Array.from({ length: 12 }, (_, index) => `f${index + 1}`),
  ...["up", "down", "left", "right", "home", "end", "pgup", "pgdn", "insert", "delete"],
  ...["ret", "esc", "tab", "spc", "backspace", "minus", "equal", "dot", "comma", "slash"],
  ...["semicolon", "apostrophe", "backslash", "grave_accent", "bracket_left", "bracket_right"],
  ...["shift", "ctrl", "alt"],
]);

/** The keys that are held down together: `ctrl-alt-delete`. */
export function keysOf(combination: string): string[] {
  return combination.split("-");
}

/** Keys pressed at a moment that the serial console tells. */
export const bootKeysSchema = z
  .strictObject({
    after: z
      .string()
      .min(1)
      .describe("The text on the first serial port at which they are pressed, such as a menu's."),
    press: z
      .array(
        z
          .string()
          .refine(
            (combination) => keysOf(combination).every((key) => keyNames.has(key)),
            'must be a key as QEMU calls it, such as "down", "ret" or "a", or several joined by "-"',
          ),
      )
      .min(1)
      .max(64)
      .describe(
        "Keys one after the other, by QEMU's names: `down`, `ret`, `f2`; `ctrl-alt-delete` are three at once.",
      ),
  })
  .meta({ id: "BootKeys", description: "Keys that are pressed on a machine's keyboard." });
export type BootKeys = z.output<typeof bootKeysSchema>;
