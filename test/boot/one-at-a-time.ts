import { withMachineLock } from "../../provider/store/lock.ts";

/** Runs work while no other virtual machine of this computer is being tested: two that share the processors are both late. */
export function oneAtATime<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return withMachineLock("vm", signal, work);
}
