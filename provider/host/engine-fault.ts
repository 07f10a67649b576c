import { BootError } from "../errors.ts";

export const mostAttempts = 3;

/**
 * True of what an engine says that failed to set a container, or a command in one, up, as it does now and then under load; a builder's RUN
 * says only that its first process was lost. That there is no such program is no fault of the engine.
 */
export function isEngineFault(text: string): boolean {
  return /OCI runtime (create|exec) failed(?!.*: exec: ")|read init-p: connection reset by peer/.test(
    text,
  );
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
