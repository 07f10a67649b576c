import type { Command } from "commander";
import type { Run } from "./session.ts";
import { storeGcCommand } from "./store/gc.ts";
import { storeLsCommand } from "./store/ls.ts";
import { storeVerifyCommand } from "./store/verify.ts";

/** Adds `bootwright store` and what it can do. */
export function storeCommand(program: Command, run: Run): void {
  const store = program
    .command("store")
    .description("what the store holds: $BOOTWRIGHT_STORE, else ~/.cache/bootwright");
  for (const add of [storeLsCommand, storeVerifyCommand, storeGcCommand]) add(store, run);
}
