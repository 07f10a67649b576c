import { openStore, storeRoot } from "../../provider/store/local-store.ts";

/** Runs work while no other virtual machine of this computer is being tested: two that share the processors are both late. */
export async function oneAtATime<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return (await openStore(storeRoot())).lock("vm", signal, work);
}
