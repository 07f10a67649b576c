import { BootError } from "../errors.ts";

export const mostAttempts = 3;

/**
 * True of what an engine says that failed to set a container up, as it does now and then under load: in `docker run`, and where the
 * container's first process is lost, also in `docker exec` and in a builder's RUN.
 */
export function isEngineFault(text: string): boolean {
  return /OCI runtime create failed|read init-p: connection reset by peer/.test(text);
}

/**
 * Runs work again when the engine failed to set its container up: the tool had not begun, so nothing is done twice. A machine under test
 * that says such a thing on its console has an engine of its own.
 */
export async function despiteEngineFaults<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isFault =
        error instanceof Error && !(error instanceof BootError) && isEngineFault(error.message);
      if (!isFault || attempt === mostAttempts) throw error;
    }
  }
}
