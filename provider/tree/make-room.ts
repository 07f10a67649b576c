import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Entries from which a collection is worth its tenth of a second. */
const many = 30_000;

type Collect = (options: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void;
let collect: Collect | undefined;

/**
 * Gives back what this process holds and nothing uses, before work on so many entries; does nothing for few. What loading the program left behind is
 * mostly room for new objects (32 MB) and pages that V8 keeps for later, which only such a collection returns.
 */
export function makeRoom(entries: number): void {
  if (entries < many) return;
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as Collect;
  }
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
}
