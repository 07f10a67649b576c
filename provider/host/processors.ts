import { availableParallelism } from "node:os";

/** How many jobs a build may run at once on this machine; decides no byte of any result. */
export function processors(): number {
  return availableParallelism();
}
