import { existsSync, fstatSync } from "node:fs";
import { stop } from "./interrupt.ts";
import { serve } from "./plugin.ts";

// The engine holds the other end: when it is gone, whatever it was that ended it, nothing is to go on.
const input = fstatSync(0);
if (input.isFIFO() || input.isSocket()) process.stdin.on("end", stop).resume();

// Pulumi reads the port from the first line (pulumi.com/docs/iac/build-with-pulumi/plugin-protocol).
process.stdout.write(`${await serve(schemaFile())}\n`);

/** Beside a packed plugin, or at the top of the package. */
function schemaFile(): URL {
  const beside = new URL("./schema.json", import.meta.url);
  return existsSync(beside) ? beside : new URL("../../../schema.json", import.meta.url);
}
